#include "nn/ops/tanh.h"

#include "nn/ops/elementwise/unary.h"
#include "nn/ops/kernels/activations.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> TanhOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "tanh_vml_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> TanhOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeUnaryKernel(kName, request, kernels::Tanh, kernels::Tanh);
}

}  // namespace moduled::nn
