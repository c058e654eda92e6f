#include "nn/ops/silu.h"

#include "nn/ops/elementwise/unary.h"
#include "nn/ops/kernels/activations.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> SiluOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "silu_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> SiluOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeUnaryKernel(kName, request, kernels::Silu, kernels::Silu);
}

}  // namespace moduled::nn
