#include "nn/ops/mean.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/expand.h"
#include "nn/ops/gradients.h"
#include "nn/ops/reduction/sum_kernel.h"
#include "nn/ops/reshape.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
absl::StatusOr<std::vector<TensorSpec>> MeanOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  if (!IsFloatingPoint(in[0].dtype)) {
    return absl::InvalidArgumentError(
        absl::StrCat("mean(): could not infer output dtype. Input dtype must be either a floating point or complex "
                     "dtype. Got: ",
                     ScalarName(in[0].dtype)));
  }
  RETURN_IF_ERROR(CheckDType("mean_kernel_impl", in[0].dtype, kComputedFloats));
  ASSIGN_OR_RETURN(Shape shape, ReducedShape(attrs, in[0].shape));
  return std::vector<TensorSpec>{{in[0].dtype, std::move(shape)}};
}

absl::StatusOr<std::unique_ptr<Kernel>> MeanOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const kernels::LoopNest nest = ReductionNest(attrs, request.in[0].shape);
  const int64_t out = request.out[0].numel();
  const double count = static_cast<double>(request.in[0].numel()) / static_cast<double>(out);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSumKernel<T>(nest, out, [count](double sum) { return static_cast<T>(sum / count); });
  });
}

std::optional<ChannelsLastForm> MeanOp::ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  if (in[0].shape.rank() != 4 || attrs.axes != std::vector<int64_t>{2, 3}) return std::nullopt;
  Attrs moved = {.axes = {1, 2}, .keepdim = attrs.keepdim};
  return ChannelsLastForm{.op = Op::Of<MeanOp>(std::move(moved)), .image_output = attrs.keepdim};
}

absl::Status MeanOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  const Shape shape = scope.spec(scope.in(0)).shape;
  const double count = static_cast<double>(shape.numel()) / static_cast<double>(scope.spec(scope.out()).numel());
  ASSIGN_OR_RETURN(Value gradient, Times(scope, scope.grad(), 1 / count));
  ASSIGN_OR_RETURN(gradient, scope.Apply<ReshapeOp>({.shape = KeptShape(attrs, shape)}, {gradient}));
  return scope.Set(0, scope.Apply<ExpandOp>({.shape = shape}, {gradient}));
}

}  // namespace moduled::nn
