#include "nn/ops/mul.h"

#include "nn/ops/elementwise/binary.h"
#include "nn/ops/gradients.h"
#include "nn/ops/kernels/arithmetic.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> MulOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferBinary(kName, "mul_cpu", kComputedNumbersAndBool, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> MulOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeKernelFor(NumberAndBoolTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeBinaryKernel<T>(request, kernels::Multiply()); });
}

std::optional<ChannelsLastForm> MulOp::ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  return BinaryChannelsLast<MulOp>(attrs, in);
}

absl::Status MulOp::Gradient(const Attrs&, GradientScope& scope) {
  for (const size_t i : {0, 1}) {
    RETURN_IF_ERROR(SetBroadcast(scope, i, [&] { return scope.Apply<MulOp>({}, {scope.grad(), scope.in(1 - i)}); }));
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
