#include "nn/ops/hardsigmoid.h"

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/elementwise/unary_gradient.h"
#include "nn/ops/kernels/activations.h"

namespace moduled::nn {
namespace {

struct HardsigmoidGradient {
  static constexpr absl::string_view kName = "hardsigmoid_backward";
  using Attrs = NoAttrs;
  template <class T>
  static T Of(const Attrs&, T dy, T y) {
    return y > T{0} && y < T{1} ? dy / T{6} : T{0};
  }
};

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> HardsigmoidOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "hardsigmoid_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> HardsigmoidOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeUnaryKernel(kName, request, kernels::Hardsigmoid, kernels::Hardsigmoid);
}

absl::Status HardsigmoidOp::Gradient(const Attrs&, GradientScope& scope) {
  return scope.Set(0, scope.Apply<UnaryGradientOp<HardsigmoidGradient>>({}, {scope.grad(), scope.out()}));
}

}  // namespace moduled::nn
