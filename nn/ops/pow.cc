#include "nn/ops/pow.h"

#include "nn/ops/compare.h"
#include "nn/ops/elementwise/binary.h"
#include "nn/ops/gradients.h"
#include "nn/ops/kernels/arithmetic.h"
#include "nn/ops/log.h"
#include "nn/ops/logical.h"
#include "nn/ops/mul.h"
#include "nn/ops/sub.h"
#include "nn/ops/where.h"

namespace moduled::nn {
namespace {

absl::StatusOr<Value> Compare(GradientScope& scope, Comparison comparison, Value a, Value b) {
  return scope.Apply<CompareOp>({.comparison = comparison}, {a, b});
}

// b a^(b - 1); nothing where b is zero, whatever a is.
absl::StatusOr<Value> BaseGradient(GradientScope& scope, Value zero) {
  const Value a = scope.in(0), b = scope.in(1);
  ASSIGN_OR_RETURN(const Value one, scope.Scalar(1, scope.spec(b).dtype));
  ASSIGN_OR_RETURN(const Value less, scope.Apply<SubOp>({}, {b, one}));
  ASSIGN_OR_RETURN(const Value power, scope.Apply<PowOp>({}, {a, less}));
  ASSIGN_OR_RETURN(const Value slope, scope.Apply<MulOp>({}, {b, power}));
  ASSIGN_OR_RETURN(const Value gradient, scope.Apply<MulOp>({}, {scope.grad(), slope}));
  ASSIGN_OR_RETURN(const Value constant, Compare(scope, Comparison::kEqual, b, zero));
  return scope.Apply<WhereOp>({}, {constant, zero, gradient});
}

// y log(a); nothing where a is zero and b is not negative: there y does not depend on b.
absl::StatusOr<Value> ExponentGradient(GradientScope& scope, Value zero) {
  const Value a = scope.in(0), b = scope.in(1);
  ASSIGN_OR_RETURN(const Value log, scope.Apply<LogOp>({}, {a}));
  ASSIGN_OR_RETURN(const Value slope, scope.Apply<MulOp>({}, {scope.out(), log}));
  ASSIGN_OR_RETURN(const Value gradient, scope.Apply<MulOp>({}, {scope.grad(), slope}));
  ASSIGN_OR_RETURN(const Value base_is_zero, Compare(scope, Comparison::kEqual, a, zero));
  ASSIGN_OR_RETURN(const Value not_negative, Compare(scope, Comparison::kGreaterEqual, b, zero));
  ASSIGN_OR_RETURN(const Value constant,
                   scope.Apply<LogicalOp>({.function = LogicalFunction::kAnd}, {base_is_zero, not_negative}));
  return scope.Apply<WhereOp>({}, {constant, zero, gradient});
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> PowOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferBinary(kName, "pow", kComputedNumbers, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> PowOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeKernelFor(NumberTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeBinaryKernel<T>(request, kernels::Power()); });
}

absl::Status PowOp::Gradient(const Attrs&, GradientScope& scope) {
  ASSIGN_OR_RETURN(const Value zero, scope.Scalar(0, scope.spec(scope.grad()).dtype));
  RETURN_IF_ERROR(SetBroadcast(scope, 0, [&] { return BaseGradient(scope, zero); }));
  return SetBroadcast(scope, 1, [&] { return ExponentGradient(scope, zero); });
}

}  // namespace moduled::nn
