#include "nn/ops/expand.h"

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/ops/checks.h"
#include "nn/ops/copy_kernel.h"
#include "nn/ops/gradients.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> ExpandOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  const Shape& from = in[0].shape;
  const Shape& to = attrs.shape;
  if (to.rank() < from.rank()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expand(torch.", ScalarName(in[0].dtype), "Tensor{", from.ToString(), "}, size=", to.ToString(),
                     "): the number of sizes provided (", to.rank(),
                     ") must be greater or equal to the number of dimensions in the tensor (", from.rank(), ")"));
  }
  const size_t new_axes = to.rank() - from.rank();
  for (size_t axis = to.rank(); axis-- > new_axes;) {
    const int64_t extent = from[axis - new_axes];
    if (extent == 1 || extent == to[axis]) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("The expanded size of the tensor (", to[axis], ") must match the existing size (", extent,
                     ") at non-singleton dimension ", axis, ".  Target sizes: ", to.ToString(),
                     ".  Tensor sizes: ", from.ToString()));
  }
  return std::vector<TensorSpec>{{in[0].dtype, to}};
}

absl::StatusOr<std::unique_ptr<Kernel>> ExpandOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const auto from = kernels::StridesOf(request.in[0].shape.extents());
  const auto to = kernels::StridesOf(attrs.shape.extents());
  const size_t new_axes = to.size() - from.size();
  kernels::LoopNest nest;
  for (size_t axis = 0; axis < to.size(); ++axis) {
    nest.push_back({attrs.shape[axis], {axis < new_axes ? 0 : from[axis - new_axes], to[axis]}});
  }
  return MakeCopyKernel(nest, SizeOf(request.in[0].dtype));
}

absl::Status ExpandOp::Gradient(const Attrs&, GradientScope& scope) {
  return SetBroadcast(scope, 0, [&]() -> absl::StatusOr<Value> { return scope.grad(); });
}

}  // namespace moduled::nn
