#include "nn/ops/hardswish.h"

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/elementwise/unary_gradient.h"
#include "nn/ops/kernels/activations.h"

namespace moduled::nn {
namespace {

struct HardswishGradient {
  static constexpr absl::string_view kName = "hardswish_backward";
  using Attrs = NoAttrs;
  template <class T>
  static T Of(const Attrs&, T dy, T x) {
    if (x < T{-3}) return T{0};
    return x <= T{3} ? dy * (x / T{3} + T{0.5}) : dy;
  }
};

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> HardswishOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "hardswish_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> HardswishOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeUnaryKernel(kName, request, kernels::Hardswish, kernels::Hardswish);
}

absl::Status HardswishOp::Gradient(const Attrs&, GradientScope& scope) {
  return scope.Set(0, scope.Apply<UnaryGradientOp<HardswishGradient>>({}, {scope.grad(), scope.in(0)}));
}

}  // namespace moduled::nn
