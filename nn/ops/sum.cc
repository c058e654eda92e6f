#include "nn/ops/sum.h"

#include "nn/graph/gradient.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/expand.h"
#include "nn/ops/reduction/sum_kernel.h"
#include "nn/ops/reshape.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> SumOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  RETURN_IF_ERROR(CheckDType("sum_cpu", in[0].dtype, {DType::kFloat32, DType::kFloat64, DType::kInt64}));
  ASSIGN_OR_RETURN(Shape shape, ReducedShape(attrs, in[0].shape));
  return std::vector<TensorSpec>{{in[0].dtype, std::move(shape)}};
}

absl::StatusOr<std::unique_ptr<Kernel>> SumOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const kernels::LoopNest nest = ReductionNest(attrs, request.in[0].shape);
  return MakeKernelFor(Types<float, double, int64_t>(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSumKernel<T>(nest, request.out[0].numel(), [](auto sum) { return static_cast<T>(sum); });
  });
}

// Every element counts once.
absl::Status SumOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  const Shape& shape = scope.spec(scope.in(0)).shape;
  ASSIGN_OR_RETURN(const Value kept, scope.Apply<ReshapeOp>({.shape = KeptShape(attrs, shape)}, {scope.grad()}));
  return scope.Set(0, scope.Apply<ExpandOp>({.shape = shape}, {kept}));
}

}  // namespace moduled::nn
