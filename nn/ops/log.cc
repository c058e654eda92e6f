#include "nn/ops/log.h"

#include "nn/graph/gradient.h"
#include "nn/ops/div.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/kernels/elementary.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> LogOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "log_vml_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> LogOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeUnaryKernel(kName, request, kernels::Log, kernels::Log);
}

absl::Status LogOp::Gradient(const Attrs&, GradientScope& scope) {
  return scope.Set(0, scope.Apply<DivOp>({}, {scope.grad(), scope.in(0)}));
}

}  // namespace moduled::nn
