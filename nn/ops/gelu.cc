#include "nn/ops/gelu.h"

#include "nn/ops/elementwise/unary.h"
#include "nn/ops/kernels/activations.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> GeluOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "GeluKernelImpl", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> GeluOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  if (attrs.tanh) return MakeUnaryKernel(kName, request, kernels::GeluTanh, kernels::GeluTanh);
  return MakeUnaryKernel(kName, request, kernels::Gelu, kernels::Gelu);
}

}  // namespace moduled::nn
