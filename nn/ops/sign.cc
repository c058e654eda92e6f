#include "nn/ops/sign.h"

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/kernels/arithmetic.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> SignOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "sign_cpu", kComputedNumbers, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> SignOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeMapKernel(NumberTypes(), kName, request, kernels::Sign());
}

// Flat wherever it is smooth.
absl::Status SignOp::Gradient(const Attrs&, GradientScope& scope) {
  return scope.Set(0, scope.Zeros(scope.spec(scope.in(0))));
}

}  // namespace moduled::nn
