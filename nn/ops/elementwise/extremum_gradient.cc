#include "nn/ops/elementwise/extremum_gradient.h"

#include "nn/ops/gradients.h"
#include "nn/ops/where.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::Status SetExtremumGradient(GradientScope& scope, Comparison loses) {
  ASSIGN_OR_RETURN(const Value tie,
                   scope.Apply<CompareOp>({.comparison = Comparison::kEqual}, {scope.in(0), scope.in(1)}));
  ASSIGN_OR_RETURN(const Value half, Times(scope, scope.grad(), 0.5));
  ASSIGN_OR_RETURN(const Value shared, scope.Apply<WhereOp>({}, {tie, half, scope.grad()}));
  ASSIGN_OR_RETURN(const Value zero, scope.Scalar(0, scope.spec(scope.grad()).dtype));
  for (const size_t i : {0, 1}) {
    RETURN_IF_ERROR(SetBroadcast(scope, i, [&]() -> absl::StatusOr<Value> {
      ASSIGN_OR_RETURN(const Value lost, scope.Apply<CompareOp>({.comparison = loses}, {scope.in(i), scope.in(1 - i)}));
      return scope.Apply<WhereOp>({}, {lost, zero, shared});
    }));
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
