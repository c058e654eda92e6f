#include "nn/ops/floor_divide.h"

#include <algorithm>
#include <utility>

#include "nn/ops/elementwise/binary.h"
#include "nn/ops/kernels/arithmetic.h"

namespace moduled::nn {
namespace {

// Looks for zeros among the n divisors before anything is divided.
template <class T>
std::unique_ptr<Kernel> RefuseZeros(std::unique_ptr<Kernel> divide, int64_t n) {
  return MakeSimpleKernel("loop", [divide = std::move(divide), n](const KernelArgs& args) {
    const auto* divisors = static_cast<const T*>(args.in[1]);
    if (std::find(divisors, divisors + n, T(0)) != divisors + n) {
      return absl::InvalidArgumentError("ZeroDivisionError");
    }
    return divide->Run(args);
  });
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> FloorDivideOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferBinary(kName, "div_floor_cpu", kComputedNumbers, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> FloorDivideOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeKernelFor(NumberTypes(), kName, request.in[0].dtype, [&]<class T>() {
    std::unique_ptr<Kernel> divide = MakeBinaryKernel<T>(request, kernels::FloorDivide());
    // A quotient of nothing divides by nothing.
    if (std::is_floating_point_v<T> || request.out[0].numel() == 0) return divide;
    return RefuseZeros<T>(std::move(divide), request.in[1].numel());
  });
}

}  // namespace moduled::nn
