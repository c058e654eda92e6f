#include "nn/ops/maximum.h"

#include "nn/ops/elementwise/binary.h"
#include "nn/ops/elementwise/extremum_gradient.h"
#include "nn/ops/kernels/arithmetic.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> MaximumOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferBinary(kName, "maximum_cpu", kComputedNumbersAndBool, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> MaximumOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeKernelFor(NumberAndBoolTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeBinaryKernel<T>(request, kernels::Maximum()); });
}

absl::Status MaximumOp::Gradient(const Attrs&, GradientScope& scope) {
  return SetExtremumGradient(scope, Comparison::kLess);
}

}  // namespace moduled::nn
