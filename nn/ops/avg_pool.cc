#include "nn/ops/avg_pool.h"

#include <algorithm>

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/avg_pool_backward.h"
#include "nn/ops/channels_last/pool.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/kernels/pooling.h"
#include "nn/ops/pooling/average.h"
#include "nn/ops/pooling/rows.h"
#include "nn/ops/pooling/window.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

template <class T>
void PoolPlane(const PoolWalk& walk, const AverageDivisor& divisor, const T* x, T* y, double* sums) {
  const WindowAxis& columns = walk.axes[2];
  walk.ForEachOutputRow([&](int64_t oz, int64_t oy, int64_t row) {
    std::fill_n(sums, columns.out, 0.0);
    walk.ForEachTapOfRow(oz, oy, [&](int64_t begin, int64_t end, int64_t position) {
      kernels::AddTap(x + position, columns.stride, sums + begin, end - begin);
    });
    for (int64_t ox = 0; ox < columns.out; ++ox) y[row + ox] = static_cast<T>(sums[ox] / divisor.Of(oz, oy, ox));
  });
}

template <class T>
std::unique_ptr<Kernel> MakeAvgPoolKernel(const WindowAxes& axes, const AverageDivisor& divisor, int64_t planes) {
  const auto run = [walk = PoolWalk(axes), divisor, planes](const KernelArgs& args) {
    const auto* x = static_cast<const T*>(args.in[0]);
    auto* y = static_cast<T*>(args.out[0]);
    for (int64_t plane = 0; plane < planes; ++plane, x += walk.in_plane(), y += walk.out_plane()) {
      PoolPlane(walk, divisor, x, y, static_cast<double*>(args.scratch));
    }
    return absl::OkStatus();
  };
  return MakeSimpleKernel("loop", run, static_cast<size_t>(axes[2].out) * sizeof(double));
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> AvgPoolOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  if (attrs.divisor_override == 0) return absl::InvalidArgumentError("divisor must be not zero");
  ASSIGN_OR_RETURN(Shape y, InferPooledShape(kName, AverageWindow(attrs), in[0].shape));
  RETURN_IF_ERROR(
      CheckDType(attrs.kernel.size() == 3 ? "avg_pool3d_out_frame" : "avg_pool2d", in[0].dtype, kComputedFloats));
  TensorSpec out = {in[0].dtype, std::move(y)};
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> AvgPoolOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const Shape& x = request.in[0].shape;
  const WindowAxes axes = MakePoolAxes(AverageWindow(attrs), x, request.out[0].shape);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeAvgPoolKernel<T>(axes, AverageDivisor(attrs, axes), x[0] * x[1]); });
}

std::optional<ChannelsLastForm> AvgPoolOp::ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  return ChannelsLastPoolOp::FormOf(attrs, in);
}

absl::Status AvgPoolOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  return scope.Set(
      0, scope.Apply<AvgPoolBackwardOp>({.pool = attrs, .shape = scope.spec(scope.in(0)).shape}, {scope.grad()}));
}

}  // namespace moduled::nn
