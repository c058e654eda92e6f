#include "nn/ops/clamp_data.h"

#include <algorithm>

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/kernels/clamp.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> ClampDataOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "clamp_min_scalar_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> ClampDataOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [attrs, n = request.in[0].numel()](const KernelArgs& args) -> absl::Status {
      const auto* x = static_cast<const T*>(args.in[0]);
      const auto negative = [](T element) { return element < 0; };
      if (!attrs.negative_error.empty() && std::any_of(x, x + n, negative)) {
        return absl::InvalidArgumentError(attrs.negative_error);
      }
      kernels::ClampBelow(x, static_cast<T*>(args.out[0]), n, static_cast<T>(attrs.min));
      return absl::OkStatus();
    });
  });
}

absl::Status ClampDataOp::Gradient(const Attrs&, GradientScope& scope) { return scope.Set(0, scope.grad()); }

}  // namespace moduled::nn
