#include "nn/ops/log_sigmoid.h"

#include "nn/ops/elementwise/unary.h"
#include "nn/ops/gradients.h"
#include "nn/ops/kernels/math.h"
#include "nn/ops/mul.h"
#include "nn/ops/neg.h"
#include "nn/ops/sigmoid.h"

namespace moduled::nn {
namespace {

struct LogSigmoid {
  template <class T>
  MODULED_INLINE T operator()(T x) const {
    return T{0} - kernels::Log1pExp(-x);
  }
};

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> LogSigmoidOp::Infer(const Attrs&, absl::Span<const TensorSpec> in) {
  return InferUnary(kName, "log_sigmoid_cpu", kComputedFloats, in);
}

absl::StatusOr<std::unique_ptr<Kernel>> LogSigmoidOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  return MakeMapKernel(FloatTypes(), kName, request, LogSigmoid());
}

// grad_x = grad_y sigmoid(-x)
absl::Status LogSigmoidOp::Gradient(const Attrs&, GradientScope& scope) {
  ASSIGN_OR_RETURN(const Value opposite, scope.Apply<NegOp>({}, {scope.in(0)}));
  ASSIGN_OR_RETURN(const Value slope, scope.Apply<SigmoidOp>({}, {opposite}));
  return scope.Set(0, scope.Apply<MulOp>({}, {scope.grad(), slope}));
}

}  // namespace moduled::nn
