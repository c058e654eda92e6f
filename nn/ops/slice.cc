#include "nn/ops/slice.h"

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/ops/channels_last/shape.h"
#include "nn/ops/checks.h"
#include "nn/ops/copy_kernel.h"
#include "nn/ops/slice_backward.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// Whether start, start + step, … are `length` elements of an axis.
bool Fits(const SliceOp::Attrs& attrs, int64_t extent) {
  if (attrs.start < 0 || attrs.length < 0 || attrs.start > extent) return false;
  // (length - 1) step <= extent - 1 - start, without overflow.
  return attrs.length == 0 || attrs.length - 1 <= (extent - 1 - attrs.start) / attrs.step;
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> SliceOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  if (in[0].shape.empty()) return absl::InvalidArgumentError("slice() cannot be applied to a 0-dim tensor.");
  RETURN_IF_ERROR(CheckAxis(attrs.axis, in[0].shape.rank()));
  if (attrs.step <= 0) return absl::InvalidArgumentError("slice step must be positive");
  if (!Fits(attrs, in[0].shape[attrs.axis])) {
    return absl::InvalidArgumentError(absl::StrCat("slice: not within axis ", attrs.axis, " (got start ", attrs.start,
                                                   ", length ", attrs.length, ", step ", attrs.step, ", want below ",
                                                   in[0].shape[attrs.axis], ")"));
  }
  TensorSpec out = in[0];
  out.shape[attrs.axis] = attrs.length;
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> SliceOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const Shape& shape = request.in[0].shape;
  const Shape& out = request.out[0].shape;
  const auto from = kernels::StridesOf(shape.extents());
  const auto to = kernels::StridesOf(out.extents());
  kernels::LoopNest nest;
  for (size_t axis = 0; axis < out.rank(); ++axis) nest.push_back({out[axis], {from[axis], to[axis]}});
  // A step beyond the axis belongs to a slice of one element, which takes no step.
  if (attrs.length > 1) nest[attrs.axis].strides[0] *= attrs.step;
  return MakeCopyKernel(nest, SizeOf(request.in[0].dtype), attrs.start * from[attrs.axis]);
}

std::optional<ChannelsLastForm> SliceOp::ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  if (in[0].shape.rank() != 4) return std::nullopt;
  Attrs moved = attrs;
  moved.axis = AxisInChannelsLast(attrs.axis);
  return ChannelsLastForm{Op::Of<SliceOp>(moved)};
}

absl::Status SliceOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  const int64_t extent = scope.spec(scope.in(0)).shape[attrs.axis];
  return scope.Set(0, scope.Apply<SliceBackwardOp>({.slice = attrs, .extent = extent}, {scope.grad()}));
}

}  // namespace moduled::nn
