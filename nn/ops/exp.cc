#include "nn/ops/exp.h"

#include "nn/graph/gradient.h"
#include "nn/ops/elementwise/unary.h"
#include "nn/ops/kernels/elementary.h"
#include "nn/ops/mul.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> ExpOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "exp_vml_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> ExpOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeUnaryKernel(kName, request, kernels::Exp, kernels::Exp);
}

absl::Status ExpOp::Gradient(const Attrs&, GradientScope& scope) {
  return scope.Set(0, scope.Apply<MulOp>({}, {scope.grad(), scope.out()}));
}

}  // namespace moduled::nn
