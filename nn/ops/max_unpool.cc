#include "nn/ops/max_unpool.h"

#include <algorithm>

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/gather_planes.h"
#include "nn/ops/pooling/indexed_planes.h"
#include "nn/ops/window_axis.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// torch computes one spatial axis as two of them.
size_t AxesByName(size_t axes) { return axes == 3 ? 3 : 2; }

absl::Status CheckInput(size_t axes, const Shape& x) {
  if (axes < 1 || axes > kMaxWindowAxes) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_unpool: wrong number of spatial axes (got ", axes, ", want 1 to 3)"));
  }
  const size_t named = AxesByName(axes);
  if (x.rank() != axes + 2) {
    return absl::InvalidArgumentError(absl::StrCat("Input to max_unpooling", named, "d should be a ", axes + 1, "d or ",
                                                   axes + 2, "d Tensor, but got a tensor with ", x.rank(),
                                                   " dimensions."));
  }
  for (size_t axis = 1; axis < x.rank(); ++axis) {
    if (x[axis] != 0) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "max_unpooling", named, "d_forward_out_cpu(): Expected input to have non-zero size for non-batch dimensions, ",
        "but got ", x.ToString(), " with dimension ", axis, " being empty."));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> MaxUnpoolOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 2));
  const size_t axes = attrs.output_size.size();
  RETURN_IF_ERROR(CheckIndices(in[0].shape, in[1]));
  RETURN_IF_ERROR(CheckInput(axes, in[0].shape));
  RETURN_IF_ERROR(CheckDType(absl::StrCat("max_unpool", AxesByName(axes), "d"), in[0].dtype, kComputedFloats));
  TensorSpec out = {in[0].dtype, {in[0].shape[0], in[0].shape[1]}};
  for (const int64_t extent : attrs.output_size) out.shape.push_back(extent);
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> MaxUnpoolOp::MakeKernel(const Attrs&, const KernelRequest& request) {
  const IndexedPlanes planes(request.in[1].shape, request.out[0].shape);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [planes, n = request.out[0].numel()](const KernelArgs& args) {
      const auto* x = static_cast<const T*>(args.in[0]);
      auto* y = static_cast<T*>(args.out[0]);
      std::fill_n(y, n, T{0});
      return planes.ForEach(static_cast<const int64_t*>(args.in[1]), [=](int64_t i, int64_t to) { y[to] = x[i]; });
    });
  });
}

// As in torch, each of several elements at one place gets the gradient of that place, though only the last one is seen.
absl::Status MaxUnpoolOp::Gradient(const Attrs&, GradientScope& scope) {
  return scope.Set(0, scope.Apply<GatherPlanesOp>({}, {scope.grad(), scope.in(1)}));
}

}  // namespace moduled::nn
