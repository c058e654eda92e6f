#include "nn/ops/relu.h"

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/elementwise/unary_gradient.h"
#include "nn/ops/kernels/clamp.h"

namespace moduled::nn {
namespace {

struct ReluGradient {
  static constexpr absl::string_view kName = "relu_backward";
  using Attrs = NoAttrs;
  template <class T>
  static T Of(const Attrs&, T dy, T y) {
    return y > T{0} ? dy : T{0};
  }
};

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> ReluOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  if (in[0].dtype == DType::kBool) return absl::InvalidArgumentError("Boolean inputs not supported for relu");
  return InferUnary(kName, "clamp_min_cpu", kComputedNumbers, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> ReluOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  const int64_t n = request.in[0].numel();
  return MakeKernelFor(NumberTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeLoopKernel<T>(n, [](const T* x, T* y, int64_t count) { kernels::ClampBelow(x, y, count, T{0}); });
  });
}

absl::Status ReluOp::Gradient(const Attrs&, GradientScope& scope) {
  return scope.Set(0, scope.Apply<UnaryGradientOp<ReluGradient>>({}, {scope.grad(), scope.out()}));
}

}  // namespace moduled::nn
