#include "nn/ops/silu.h"

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/elementwise/unary_gradient.h"
#include "nn/ops/kernels/activations.h"
#include "nn/ops/kernels/math.h"

namespace moduled::nn {
namespace {

struct SiluGradient {
  static constexpr absl::string_view kName = "silu_backward";
  using Attrs = NoAttrs;
  template <class T>
  static T Of(const Attrs&, T dy, T x) {
    const T s = T{1} / (T{1} + kernels::Exp(-x));
    return dy * s * (T{1} + x * (T{1} - s));
  }
};

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> SiluOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "silu_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> SiluOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeUnaryKernel(kName, request, kernels::Silu, kernels::Silu);
}

absl::Status SiluOp::Gradient(const Attrs&, GradientScope& scope) {
  return scope.Set(0, scope.Apply<UnaryGradientOp<SiluGradient>>({}, {scope.grad(), scope.in(0)}));
}

}  // namespace moduled::nn
