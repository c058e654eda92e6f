#include "nn/ops/sigmoid.h"

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/elementwise/unary_gradient.h"
#include "nn/ops/kernels/activations.h"

namespace moduled::nn {
namespace {

struct SigmoidGradient {
  static constexpr absl::string_view kName = "sigmoid_backward";
  using Attrs = NoAttrs;
  template <class T>
  static T Of(const Attrs&, T dy, T y) {
    return dy * y * (T{1} - y);
  }
};

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> SigmoidOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "sigmoid_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> SigmoidOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeUnaryKernel(kName, request, kernels::Sigmoid, kernels::Sigmoid);
}

absl::Status SigmoidOp::Gradient(const Attrs&, GradientScope& scope) {
  return scope.Set(0, scope.Apply<UnaryGradientOp<SigmoidGradient>>({}, {scope.grad(), scope.out()}));
}

}  // namespace moduled::nn
