#include "nn/ops/permute.h"

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/ops/checks.h"
#include "nn/ops/copy_kernel.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> PermuteOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  const Shape& shape = in[0].shape;
  if (attrs.axes.size() != shape.rank()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
        "ordering of dimensions i.e. input.dim() = ",
        shape.rank(), " is not equal to len(dims) = ", attrs.axes.size()));
  }
  std::vector<bool> seen(shape.rank(), false);
  Shape out;
  for (int64_t axis : attrs.axes) {
    RETURN_IF_ERROR(CheckAxis(axis, shape.rank()));
    if (seen[axis]) return absl::InvalidArgumentError("permute(): duplicate dims are not allowed.");
    seen[axis] = true;
    out.push_back(shape[axis]);
  }
  return std::vector<TensorSpec>{{in[0].dtype, std::move(out)}};
}

absl::StatusOr<std::unique_ptr<Kernel>> PermuteOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const auto from = kernels::StridesOf(request.in[0].shape.extents());
  const auto to = kernels::StridesOf(request.out[0].shape.extents());
  kernels::LoopNest nest;
  for (size_t axis = 0; axis < attrs.axes.size(); ++axis) {
    nest.push_back({request.out[0].shape[axis], {from[attrs.axes[axis]], to[axis]}});
  }
  return MakeCopyKernel(nest, SizeOf(request.in[0].dtype));
}

absl::Status PermuteOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  std::vector<int64_t> back(attrs.axes.size());
  for (size_t i = 0; i < back.size(); ++i) back[attrs.axes[i]] = static_cast<int64_t>(i);
  return scope.Set(0, scope.Apply<PermuteOp>({.axes = std::move(back)}, {scope.grad()}));
}

}  // namespace moduled::nn
