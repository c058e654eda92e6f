#include "nn/ops/compare.h"

#include <functional>

#include "nn/ops/elementwise/binary.h"

namespace moduled::nn {
namespace {

template <class T>
std::unique_ptr<Kernel> MakeCompareKernel(Comparison comparison, const KernelRequest& request) {
  switch (comparison) {
    case Comparison::kEqual:
      return MakeBinaryKernel<T, bool>(request, std::equal_to<T>());
    case Comparison::kNotEqual:
      return MakeBinaryKernel<T, bool>(request, std::not_equal_to<T>());
    case Comparison::kLess:
      return MakeBinaryKernel<T, bool>(request, std::less<T>());
    case Comparison::kLessEqual:
      return MakeBinaryKernel<T, bool>(request, std::less_equal<T>());
    case Comparison::kGreater:
      return MakeBinaryKernel<T, bool>(request, std::greater<T>());
    case Comparison::kGreaterEqual:
      return MakeBinaryKernel<T, bool>(request, std::greater_equal<T>());
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> CompareOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  ASSIGN_OR_RETURN(std::vector<TensorSpec> out, InferBinary(kName, "compare_cpu", kComputedNumbersAndBool, in));
  out[0].dtype = DType::kBool;
  return out;
}

absl::StatusOr<std::unique_ptr<Kernel>> CompareOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  return MakeKernelFor(NumberAndBoolTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeCompareKernel<T>(attrs.comparison, request); });
}

}  // namespace moduled::nn
