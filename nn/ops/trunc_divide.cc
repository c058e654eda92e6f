#include "nn/ops/trunc_divide.h"

#include "nn/ops/elementwise/integer_division.h"
#include "nn/ops/kernels/arithmetic.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> TruncDivideOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferBinary(kName, "div_trunc_cpu", kComputedNumbers, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> TruncDivideOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeKernelFor(NumberTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeDivisionKernel<T>(request, kernels::TruncDivide()); });
}

}  // namespace moduled::nn
