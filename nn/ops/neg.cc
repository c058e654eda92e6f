#include "nn/ops/neg.h"

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/kernels/arithmetic.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> NegOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  if (!in.empty() && in[0].dtype == DType::kBool) {
    return absl::InvalidArgumentError(
        "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the "
        "`~` or `logical_not()` operator instead.");
  }
  return InferUnary(kName, "neg_cpu", kComputedNumbers, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> NegOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeMapKernel(NumberTypes(), kName, request, kernels::Negate());
}

absl::Status NegOp::Gradient(const Attrs&, GradientScope& scope) {
  return scope.Set(0, scope.Apply<NegOp>({}, {scope.grad()}));
}

}  // namespace moduled::nn
