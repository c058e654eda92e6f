#include "nn/ops/avg_pool_backward.h"

#include <algorithm>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/pooling/average.h"
#include "nn/ops/pooling/rows.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

template <class T>
void SpreadPlane(const PoolWalk& walk, const AverageDivisor& divisor, const T* dy, T* dx, T* shares) {
  const WindowAxis& columns = walk.axes[2];
  walk.ForEachOutputRow([&](int64_t oz, int64_t oy, int64_t row) {
    for (int64_t ox = 0; ox < columns.out; ++ox) shares[ox] = static_cast<T>(dy[row + ox] / divisor.Of(oz, oy, ox));
    walk.ForEachTapOfRow(oz, oy, [&](int64_t begin, int64_t end, int64_t position) {
      for (int64_t i = 0; i < end - begin; ++i) dx[position + i * columns.stride] += shares[begin + i];
    });
  });
}

template <class T>
std::unique_ptr<Kernel> MakeKernelOf(const WindowAxes& axes, const AverageDivisor& divisor, int64_t planes) {
  const auto run = [walk = PoolWalk(axes), divisor, planes](const KernelArgs& args) {
    const auto* dy = static_cast<const T*>(args.in[0]);
    auto* dx = static_cast<T*>(args.out[0]);
    std::fill_n(dx, planes * walk.in_plane(), T{0});
    for (int64_t plane = 0; plane < planes; ++plane, dy += walk.out_plane(), dx += walk.in_plane()) {
      SpreadPlane(walk, divisor, dy, dx, static_cast<T*>(args.scratch));
    }
    return absl::OkStatus();
  };
  return MakeSimpleKernel("loop", run, static_cast<size_t>(axes[2].out) * sizeof(T));
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> AvgPoolBackwardOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  TensorSpec out = {in[0].dtype, attrs.shape};
  RETURN_IF_ERROR(out.Check());
  ASSIGN_OR_RETURN(const std::vector<TensorSpec> pooled, AvgPoolOp::Infer(attrs.pool, {out}));
  if (pooled[0] == in[0]) return std::vector<TensorSpec>{std::move(out)};
  return absl::InvalidArgumentError("avg_pool_backward: the gradient is not that of the pooling");
}

absl::StatusOr<std::unique_ptr<Kernel>> AvgPoolBackwardOp::MakeKernel(const Attrs& attrs,
                                                                      const KernelRequest& request) {
  const WindowAxes axes = MakePoolAxes(AverageWindow(attrs.pool), attrs.shape, request.in[0].shape);
  const AverageDivisor divisor(attrs.pool, axes);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeKernelOf<T>(axes, divisor, attrs.shape[0] * attrs.shape[1]); });
}

}  // namespace moduled::nn
