#include "nn/ops/cumsum.h"

#include <type_traits>

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/kernels/axis_lines.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

template <class T>
std::unique_ptr<Kernel> MakeCumsumKernel(const kernels::AxisLines& lines, bool reverse) {
  return MakeSimpleKernel("loop", [lines, reverse](const KernelArgs& args) {
    using Sum = std::conditional_t<std::is_floating_point_v<T>, double, uint64_t>;
    const auto* x = static_cast<const T*>(args.in[0]);
    auto* y = static_cast<T*>(args.out[0]);
    lines.ForEach([&](int64_t first, int64_t) {
      Sum sum = 0;
      for (int64_t k = 0; k < lines.n; ++k) {
        const int64_t at = first + (reverse ? lines.n - 1 - k : k) * lines.inner;
        sum += static_cast<Sum>(x[at]);
        y[at] = static_cast<T>(sum);
      }
    });
    return absl::OkStatus();
  });
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> CumsumOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  RETURN_IF_ERROR(CheckAxis(attrs.axis, in[0].shape.rank()));
  RETURN_IF_ERROR(CheckDType("cumsum_out_cpu", in[0].dtype, {DType::kFloat32, DType::kFloat64, DType::kInt64}));
  return std::vector<TensorSpec>{in[0]};
}

absl::StatusOr<std::unique_ptr<Kernel>> CumsumOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const auto lines = kernels::AxisLines::Of(request.in[0].shape, attrs.axis);
  return MakeKernelFor(Types<float, double, int64_t>(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeCumsumKernel<T>(lines, attrs.reverse); });
}

// An element is part of every sum from its own on.
absl::Status CumsumOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  return scope.Set(0, scope.Apply<CumsumOp>({.axis = attrs.axis, .reverse = !attrs.reverse}, {scope.grad()}));
}

}  // namespace moduled::nn
