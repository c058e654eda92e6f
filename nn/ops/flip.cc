#include "nn/ops/flip.h"

#include <algorithm>
#include <numeric>

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/kernels/axis_gather.h"
#include "nn/ops/reduction/axes.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> FlipOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  RETURN_IF_ERROR(ReducedShape({.axes = attrs.axes}, in[0].shape).status());  // The same checks of the axes.
  return std::vector<TensorSpec>{in[0]};
}

absl::StatusOr<std::unique_ptr<Kernel>> FlipOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const Shape& shape = request.in[0].shape;
  std::vector<std::vector<int64_t>> sources(shape.rank());
  for (size_t axis = 0; axis < shape.rank() && shape.numel() > 0; ++axis) {
    sources[axis].resize(shape[axis]);
    std::iota(sources[axis].begin(), sources[axis].end(), int64_t{0});
    const bool flipped =
        std::find(attrs.axes.begin(), attrs.axes.end(), static_cast<int64_t>(axis)) != attrs.axes.end();
    if (flipped) std::reverse(sources[axis].begin(), sources[axis].end());
  }
  const kernels::AxisGather gather(shape, std::move(sources), SizeOf(request.in[0].dtype));
  return MakeSimpleKernel("gather", [gather](const KernelArgs& args) {
    gather.Run(args.in[0], args.out[0]);
    return absl::OkStatus();
  });
}

absl::Status FlipOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  return scope.Set(0, scope.Apply<FlipOp>(attrs, {scope.grad()}));
}

}  // namespace moduled::nn
