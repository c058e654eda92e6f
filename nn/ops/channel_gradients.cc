#include "nn/ops/channel_gradients.h"

#include <utility>

#include "nn/ops/add.h"
#include "nn/ops/gradients.h"
#include "nn/ops/mul.h"
#include "nn/ops/rsqrt.h"
#include "nn/ops/sub.h"
#include "nn/ops/sum.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<Value> PerChannel(GradientScope& scope, Value value, const Shape& shape) {
  Shape broadcast = {shape[1]};
  for (size_t axis = 2; axis < shape.rank(); ++axis) broadcast.push_back(1);
  return Reshaped(scope, value, std::move(broadcast));
}

absl::StatusOr<Value> SumPerChannel(GradientScope& scope, Value value) {
  SumOp::Attrs attrs = {.axes = {0}};
  for (size_t axis = 2; axis < scope.spec(value).shape.rank(); ++axis) attrs.axes.push_back(static_cast<int64_t>(axis));
  return scope.Apply<SumOp>(std::move(attrs), {value});
}

absl::StatusOr<Value> InverseDeviation(GradientScope& scope, Value var, double eps, const Shape& shape) {
  ASSIGN_OR_RETURN(const Value eps_value, scope.Scalar(eps, scope.spec(var).dtype));
  ASSIGN_OR_RETURN(const Value sum, scope.Apply<AddOp>({}, {var, eps_value}));
  ASSIGN_OR_RETURN(const Value scale, scope.Apply<RsqrtOp>({}, {sum}));
  return PerChannel(scope, scale, shape);
}

absl::StatusOr<Value> Normalized(GradientScope& scope, Value x, Value mean, Value scale) {
  ASSIGN_OR_RETURN(const Value centre, PerChannel(scope, mean, scope.spec(x).shape));
  ASSIGN_OR_RETURN(const Value difference, scope.Apply<SubOp>({}, {x, centre}));
  return scope.Apply<MulOp>({}, {difference, scale});
}

}  // namespace moduled::nn
