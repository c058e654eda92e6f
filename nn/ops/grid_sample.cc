#include "nn/ops/grid_sample.h"

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/grid_sample_backward.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status CheckShapes(const GridSampling& sampling, const Shape& x, const Shape& grid) {
  const auto invalid = [](auto... parts) {
    return absl::InvalidArgumentError(absl::StrCat("grid_sampler(): ", parts...));
  };
  if (x.empty() || grid.empty() || x[0] != grid[0]) {
    return invalid("expected grid and input to have same batch size, but got input with sizes ", x.ToString(),
                   " and grid with sizes ", grid.ToString());
  }
  if (x.rank() != 4 && x.rank() != 5)
    return invalid("expected 4D or 5D input, but got input with sizes ", x.ToString());
  if (grid.rank() != x.rank()) {
    return invalid("expected grid and input to have the same number of dimensions, but got input with sizes ",
                   x.ToString(), " and grid with sizes ", grid.ToString());
  }
  if (grid.At(-1) != static_cast<int64_t>(x.rank() - 2)) {
    return invalid("expected grid to have size ", x.rank() - 2, " in last dimension, but got grid with sizes ",
                   grid.ToString());
  }
  for (size_t axis = 2; axis < x.rank(); ++axis) {
    if (x[axis] > 0) continue;
    return invalid("expected input to have non-empty spatial dimensions, but input has sizes ", x.ToString(),
                   " with dimension ", axis, " being empty");
  }
  if (sampling.mode == GridMode::kCubic && x.rank() == 5)
    return invalid("bicubic interpolation only supports 4D input");
  return absl::OkStatus();
}

template <class T>
std::unique_ptr<Kernel> MakeGridSampleKernel(const GridSampling& sampling, const Shape& x, const Shape& grid) {
  const Shape image(x.extents().subspan(2));
  const int64_t points = grid.numel(1, grid.rank() - 1), axes = grid.At(-1);
  const auto run = [sampling, image, points, axes, batch = x[0], channels = x[1]](const KernelArgs& args) {
    const auto* in = static_cast<const T*>(args.in[0]);
    const auto* point = static_cast<const T*>(args.in[1]);
    auto* out = static_cast<T*>(args.out[0]);
    const int64_t plane = image.numel();
    for (int64_t n = 0; n < batch; ++n, in += channels * plane, out += channels * points) {
      for (int64_t p = 0; p < points; ++p, point += axes) {
        const GridTaps<T> taps = TapsAt(sampling, image, point);
        for (int64_t c = 0; c < channels; ++c) {
          T sum = 0;
          for (size_t t = 0; t < taps.count; ++t) sum += taps.weight[t] * in[c * plane + taps.offset[t]];
          out[c * points + p] = sum;
        }
      }
    }
    return absl::OkStatus();
  };
  return MakeSimpleKernel("loop", run);
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> GridSampleOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 2));
  RETURN_IF_ERROR(CheckShapes(attrs, in[0].shape, in[1].shape));
  RETURN_IF_ERROR(CheckDType(in[0].shape.rank() == 5 ? "grid_sampler_3d_cpu" : "grid_sampler_2d_cpu", in[0].dtype,
                             kComputedFloats));
  if (in[1].dtype != in[0].dtype) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected scalar type ", ScalarName(in[0].dtype), " but found ", ScalarName(in[1].dtype)));
  }
  TensorSpec out = {in[0].dtype, {in[0].shape[0], in[0].shape[1]}};
  for (const int64_t extent : in[1].shape.extents().subspan(1, in[1].shape.rank() - 2)) out.shape.push_back(extent);
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> GridSampleOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeGridSampleKernel<T>(attrs, request.in[0].shape, request.in[1].shape);
  });
}

absl::Status GridSampleOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  ASSIGN_OR_RETURN(const std::vector<Value> gradients,
                   scope.Apply(Op::Of<GridSampleBackwardOp>(attrs), {scope.grad(), scope.in(0), scope.in(1)}));
  RETURN_IF_ERROR(scope.Set(0, gradients[0]));
  return scope.Set(1, gradients[1]);
}

}  // namespace moduled::nn
