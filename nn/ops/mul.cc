#include "nn/ops/mul.h"

#include "nn/ops/elementwise/binary.h"
#include "nn/ops/kernels/arithmetic.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> MulOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferBinary(kName, "mul_cpu", kComputedNumbersAndBool, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> MulOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeKernelFor(NumberAndBoolTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeBinaryKernel<T>(request, kernels::Multiply()); });
}

}  // namespace moduled::nn
