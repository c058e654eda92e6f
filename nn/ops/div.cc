#include "nn/ops/div.h"

#include "nn/ops/elementwise/binary.h"
#include "nn/ops/kernels/arithmetic.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> DivOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferBinary(kName, "div_true_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> DivOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeBinaryKernel<T>(request, kernels::Divide()); });
}

}  // namespace moduled::nn
