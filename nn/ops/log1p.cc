#include "nn/ops/log1p.h"

#include "nn/graph/gradient.h"
#include "nn/ops/add.h"
#include "nn/ops/div.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/kernels/elementary.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> Log1pOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "log1p_vml_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> Log1pOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeUnaryKernel(kName, request, kernels::Log1p, kernels::Log1p);
}

// grad_x = grad_y / (x + 1)
absl::Status Log1pOp::Gradient(const Attrs&, GradientScope& scope) {
  ASSIGN_OR_RETURN(const Value one, scope.Scalar(1, scope.spec(scope.in(0)).dtype));
  ASSIGN_OR_RETURN(const Value shifted, scope.Apply<AddOp>({}, {scope.in(0), one}));
  return scope.Set(0, scope.Apply<DivOp>({}, {scope.grad(), shifted}));
}

}  // namespace moduled::nn
