#include "nn/ops/logical.h"

#include "nn/ops/elementwise/binary.h"

namespace moduled::nn {
namespace {

template <class T>
std::unique_ptr<Kernel> MakeLogicalKernel(LogicalFunction function, const KernelRequest& request) {
  switch (function) {
    case LogicalFunction::kAnd:
      return MakeBinaryKernel<T, bool>(request, [](T a, T b) { return a != T{0} && b != T{0}; });
    case LogicalFunction::kOr:
      return MakeBinaryKernel<T, bool>(request, [](T a, T b) { return a != T{0} || b != T{0}; });
    case LogicalFunction::kXor:
      return MakeBinaryKernel<T, bool>(request, [](T a, T b) { return (a != T{0}) != (b != T{0}); });
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> LogicalOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  ASSIGN_OR_RETURN(std::vector<TensorSpec> out, InferBinary(kName, "logical_cpu", kComputedNumbersAndBool, in));
  out[0].dtype = DType::kBool;
  return out;
}

absl::StatusOr<std::unique_ptr<Kernel>> LogicalOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  return MakeKernelFor(NumberAndBoolTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeLogicalKernel<T>(attrs.function, request); });
}

}  // namespace moduled::nn
