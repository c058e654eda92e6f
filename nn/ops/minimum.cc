#include "nn/ops/minimum.h"

#include "nn/ops/elementwise/binary.h"
#include "nn/ops/elementwise/extremum_gradient.h"
#include "nn/ops/kernels/arithmetic.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> MinimumOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferBinary(kName, "minimum_cpu", kComputedNumbersAndBool, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> MinimumOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeKernelFor(NumberAndBoolTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeBinaryKernel<T>(request, kernels::Minimum()); });
}

absl::Status MinimumOp::Gradient(const Attrs&, GradientScope& scope) {
  return SetExtremumGradient(scope, Comparison::kGreater);
}

}  // namespace moduled::nn
