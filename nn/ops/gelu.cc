#include "nn/ops/gelu.h"

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/elementwise/unary_gradient.h"
#include "nn/ops/kernels/activations.h"
#include "nn/ops/kernels/math.h"

namespace moduled::nn {
namespace {

struct GeluGradient {
  static constexpr absl::string_view kName = "gelu_backward";
  using Attrs = GeluOp::Attrs;
  template <class T>
  static T Of(const Attrs& attrs, T dy, T x) {
    constexpr T kSqrtHalf = T{0.70710678118654752440};
    constexpr T kSqrtTwoOverPi = T{0.79788456080286535588};
    if (!attrs.tanh) {
      const T cdf = T{0.5} * (T{1} + kernels::Erf(x * kSqrtHalf));
      return dy * (cdf + x * (kSqrtTwoOverPi / T{2}) * kernels::Exp(-x * x / T{2}));
    }
    const T t = kernels::Tanh(kSqrtTwoOverPi * (x + T{0.044715} * x * x * x));
    const T slope = kSqrtTwoOverPi * (T{1} + T{3 * 0.044715} * x * x);
    return dy * T{0.5} * (T{1} + t + x * (T{1} - t * t) * slope);
  }
};

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> GeluOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "GeluKernelImpl", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> GeluOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  if (attrs.tanh) return MakeUnaryKernel(kName, request, kernels::GeluTanh, kernels::GeluTanh);
  return MakeUnaryKernel(kName, request, kernels::Gelu, kernels::Gelu);
}

absl::Status GeluOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  return scope.Set(0, scope.Apply<UnaryGradientOp<GeluGradient>>(attrs, {scope.grad(), scope.in(0)}));
}

}  // namespace moduled::nn
