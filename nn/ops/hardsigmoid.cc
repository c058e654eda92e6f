#include "nn/ops/hardsigmoid.h"

#include "nn/ops/elementwise/unary.h"
#include "nn/ops/kernels/activations.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> HardsigmoidOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "hardsigmoid_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> HardsigmoidOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeUnaryKernel(kName, request, kernels::Hardsigmoid, kernels::Hardsigmoid);
}

}  // namespace moduled::nn
