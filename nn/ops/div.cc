#include "nn/ops/div.h"

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/binary.h"
#include "nn/ops/gradients.h"
#include "nn/ops/kernels/arithmetic.h"
#include "nn/ops/mul.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> DivOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferBinary(kName, "div_true_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> DivOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeBinaryKernel<T>(request, kernels::Divide()); });
}

// da = dy / b, db = -dy y / b.
std::optional<ChannelsLastForm> DivOp::ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  return BinaryChannelsLast<DivOp>(attrs, in);
}

absl::Status DivOp::Gradient(const Attrs&, GradientScope& scope) {
  RETURN_IF_ERROR(SetBroadcast(scope, 0, [&] { return scope.Apply<DivOp>({}, {scope.grad(), scope.in(1)}); }));
  return SetBroadcast(scope, 1, [&]() -> absl::StatusOr<Value> {
    ASSIGN_OR_RETURN(const Value product, scope.Apply<MulOp>({}, {scope.grad(), scope.out()}));
    ASSIGN_OR_RETURN(const Value quotient, scope.Apply<DivOp>({}, {product, scope.in(1)}));
    return Negated(scope, quotient);
  });
}

}  // namespace moduled::nn
