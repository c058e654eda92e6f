#include "nn/ops/sub.h"

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/binary.h"
#include "nn/ops/gradients.h"
#include "nn/ops/kernels/arithmetic.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> SubOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  for (const TensorSpec& spec : in) {
    if (spec.dtype != DType::kBool) continue;
    return absl::InvalidArgumentError(
        "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use "
        "the `~` or "
        "`logical_not()` operator instead.");
  }
  return InferBinary(kName, "sub_stub", kComputedNumbers, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> SubOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeKernelFor(NumberTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeBinaryKernel<T>(request, kernels::Subtract()); });
}

std::optional<ChannelsLastForm> SubOp::ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  return BinaryChannelsLast<SubOp>(attrs, in);
}

absl::Status SubOp::Gradient(const Attrs&, GradientScope& scope) {
  RETURN_IF_ERROR(SetBroadcast(scope, 0, [&]() -> absl::StatusOr<Value> { return scope.grad(); }));
  return SetBroadcast(scope, 1, [&] { return Negated(scope, scope.grad()); });
}

}  // namespace moduled::nn
