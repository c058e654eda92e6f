#include "nn/ops/tanh.h"

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/elementwise/unary_gradient.h"
#include "nn/ops/kernels/activations.h"

namespace moduled::nn {
namespace {

struct TanhGradient {
  static constexpr absl::string_view kName = "tanh_backward";
  using Attrs = NoAttrs;
  template <class T>
  static T Of(const Attrs&, T dy, T y) {
    return dy * (T{1} - y * y);
  }
};

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> TanhOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "tanh_vml_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> TanhOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeUnaryKernel(kName, request, kernels::Tanh, kernels::Tanh);
}

absl::Status TanhOp::Gradient(const Attrs&, GradientScope& scope) {
  return scope.Set(0, scope.Apply<UnaryGradientOp<TanhGradient>>({}, {scope.grad(), scope.out()}));
}

}  // namespace moduled::nn
