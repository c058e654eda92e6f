#include "nn/ops/slice_backward.h"

#include <cstring>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/kernels/strided_copy.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> SliceBackwardOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  RETURN_IF_ERROR(CheckAxis(attrs.slice.axis, in[0].shape.rank()));
  TensorSpec out = in[0];
  out.shape[attrs.slice.axis] = attrs.extent;
  RETURN_IF_ERROR(out.Check());
  // What the slice would answer must be what came.
  ASSIGN_OR_RETURN(const std::vector<TensorSpec> sliced, SliceOp::Infer(attrs.slice, {out}));
  if (sliced[0] == in[0]) return std::vector<TensorSpec>{std::move(out)};
  return absl::InvalidArgumentError("slice_backward: the gradient is not that of the slice");
}

absl::StatusOr<std::unique_ptr<Kernel>> SliceBackwardOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const Shape& in = request.in[0].shape;
  const auto from = kernels::StridesOf(in.extents());
  const auto to = kernels::StridesOf(request.out[0].shape.extents());
  const SliceOp::Attrs& slice = attrs.slice;
  kernels::LoopNest nest;
  for (size_t axis = 0; axis < in.rank(); ++axis) nest.push_back({in[axis], {from[axis], to[axis]}});
  // A step beyond the axis belongs to a slice of one element, which takes no step.
  if (slice.length > 1) nest[slice.axis].strides[1] *= slice.step;
  const size_t size = SizeOf(request.in[0].dtype);
  const size_t first = static_cast<size_t>(slice.start * to[slice.axis]) * size;
  const auto run = [copy = kernels::StridedCopy(nest, size), first,
                    bytes = request.out[0].byte_size()](const KernelArgs& args) {
    std::memset(args.out[0], 0, bytes);
    copy.Run(args.in[0], static_cast<uint8_t*>(args.out[0]) + first);
    return absl::OkStatus();
  };
  return MakeSimpleKernel("zero and copy", run);
}

}  // namespace moduled::nn
