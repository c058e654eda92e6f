#include "nn/ops/abs.h"

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/kernels/arithmetic.h"
#include "nn/ops/mul.h"
#include "nn/ops/sign.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> AbsOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "abs_cpu", kComputedNumbers, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> AbsOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeMapKernel(NumberTypes(), kName, request, kernels::Absolute());
}

// grad_x = grad_y sign(x): none at the kink.
absl::Status AbsOp::Gradient(const Attrs&, GradientScope& scope) {
  ASSIGN_OR_RETURN(const Value sign, scope.Apply<SignOp>({}, {scope.in(0)}));
  return scope.Set(0, scope.Apply<MulOp>({}, {scope.grad(), sign}));
}

}  // namespace moduled::nn
