#include "nn/ops/clamp.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/elementwise/unary_gradient.h"
#include "nn/ops/kernels/clamp.h"
#include "nn/ops/kernels/convert_scalar.h"

namespace moduled::nn {
namespace {

struct ClampGradient {
  static constexpr absl::string_view kName = "clamp_backward";
  using Attrs = ClampOp::Attrs;
  template <class T>
  static T Of(const Attrs& attrs, T dy, T x) {
    const bool inside = !(attrs.min.has_value() && x < static_cast<T>(*attrs.min)) &&
                        !(attrs.max.has_value() && x > static_cast<T>(*attrs.max));
    return inside ? dy : T{0};
  }
};

absl::Status CheckIntegerBound(DType dtype, const std::optional<double>& bound) {
  if (IsFloatingPoint(dtype) || !bound.has_value() || *bound == std::trunc(*bound)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("clamp: a bound must be an integer for ", Name(dtype), " (got ", *bound, ")"));
}

// A bound as an element, or where there is none the end of the type that bounds nothing.
template <class T>
T BoundOr(const std::optional<double>& bound, T end) {
  return bound.has_value() ? kernels::ConvertScalar<T>(*bound) : end;
}

template <class T>
std::unique_ptr<Kernel> MakeClamp(const ClampOp::Attrs& attrs, int64_t n) {
  using Limits = std::numeric_limits<T>;
  const T low = BoundOr<T>(attrs.min, Limits::has_infinity ? -Limits::infinity() : Limits::lowest());
  const T high = BoundOr<T>(attrs.max, Limits::has_infinity ? Limits::infinity() : Limits::max());
  if constexpr (Limits::has_quiet_NaN) {
    if (std::isnan(low) || std::isnan(high)) {
      return MakeLoopKernel<T>(n, [](const T*, T* y, int64_t count) { std::fill_n(y, count, Limits::quiet_NaN()); });
    }
  }
  return MakeLoopKernel<T>(n, [low, high](const T* x, T* y, int64_t count) { kernels::Clamp(x, y, count, low, high); });
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> ClampOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  if (!attrs.min.has_value() && !attrs.max.has_value()) {
    return absl::InvalidArgumentError("torch.clamp: At least one of 'min' or 'max' must not be None");
  }
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  RETURN_IF_ERROR(CheckIntegerBound(in[0].dtype, attrs.min));
  RETURN_IF_ERROR(CheckIntegerBound(in[0].dtype, attrs.max));
  return InferUnary(kName, "clamp_scalar_cpu", kComputedNumbers, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> ClampOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const int64_t n = request.in[0].numel();
  return MakeKernelFor(NumberTypes(), kName, request.in[0].dtype, [&]<class T>() { return MakeClamp<T>(attrs, n); });
}

// As in torch, the bounds themselves let gradients pass.
absl::Status ClampOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  return scope.Set(0, scope.Apply<UnaryGradientOp<ClampGradient>>(attrs, {scope.grad(), scope.in(0)}));
}

}  // namespace moduled::nn
