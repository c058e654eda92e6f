#include "nn/ops/add.h"

#include "nn/ops/elementwise/binary.h"
#include "nn/ops/kernels/arithmetic.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> AddOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferBinary(kName, "add_stub", kComputedNumbersAndBool, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> AddOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeKernelFor(NumberAndBoolTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeBinaryKernel<T>(request, kernels::Add()); });
}

}  // namespace moduled::nn
