#include "nn/ops/sigmoid.h"

#include "nn/ops/elementwise/unary.h"
#include "nn/ops/kernels/activations.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> SigmoidOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "sigmoid_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> SigmoidOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeUnaryKernel(kName, request, kernels::Sigmoid, kernels::Sigmoid);
}

}  // namespace moduled::nn
