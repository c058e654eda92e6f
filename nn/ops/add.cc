#include "nn/ops/add.h"

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/binary.h"
#include "nn/ops/gradients.h"
#include "nn/ops/kernels/arithmetic.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> AddOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferBinary(kName, "add_stub", kComputedNumbersAndBool, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> AddOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeKernelFor(NumberAndBoolTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeBinaryKernel<T>(request, kernels::Add()); });
}

std::optional<ChannelsLastForm> AddOp::ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  return BinaryChannelsLast<AddOp>(attrs, in);
}

absl::Status AddOp::Gradient(const Attrs&, GradientScope& scope) {
  RETURN_IF_ERROR(SetBroadcast(scope, 0, [&]() -> absl::StatusOr<Value> { return scope.grad(); }));
  return SetBroadcast(scope, 1, [&]() -> absl::StatusOr<Value> { return scope.grad(); });
}

}  // namespace moduled::nn
