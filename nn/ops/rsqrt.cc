#include "nn/ops/rsqrt.h"

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/gradients.h"
#include "nn/ops/kernels/elementary.h"
#include "nn/ops/mul.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> RsqrtOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "rsqrt_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> RsqrtOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeUnaryKernel(kName, request, kernels::Rsqrt, kernels::Rsqrt);
}

// grad_x = -grad_y y^3 / 2
absl::Status RsqrtOp::Gradient(const Attrs&, GradientScope& scope) {
  const Value y = scope.out();
  ASSIGN_OR_RETURN(const Value square, scope.Apply<MulOp>({}, {y, y}));
  ASSIGN_OR_RETURN(const Value cube, scope.Apply<MulOp>({}, {square, y}));
  ASSIGN_OR_RETURN(const Value slope, Times(scope, cube, -0.5));
  return scope.Set(0, scope.Apply<MulOp>({}, {scope.grad(), slope}));
}

}  // namespace moduled::nn
