#include "nn/ops/sqrt.h"

#include "nn/graph/gradient.h"
#include "nn/ops/div.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/gradients.h"
#include "nn/ops/kernels/elementary.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> SqrtOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "sqrt_vml_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> SqrtOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeUnaryKernel(kName, request, kernels::Sqrt, kernels::Sqrt);
}

// grad_x = grad_y / (2 y)
absl::Status SqrtOp::Gradient(const Attrs&, GradientScope& scope) {
  ASSIGN_OR_RETURN(const Value twice, Times(scope, scope.out(), 2));
  return scope.Set(0, scope.Apply<DivOp>({}, {scope.grad(), twice}));
}

}  // namespace moduled::nn
