#include "nn/ops/hardswish.h"

#include "nn/ops/elementwise/unary.h"
#include "nn/ops/kernels/activations.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> HardswishOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "hardswish_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> HardswishOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeUnaryKernel(kName, request, kernels::Hardswish, kernels::Hardswish);
}

}  // namespace moduled::nn
