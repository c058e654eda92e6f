#include "nn/ops/adaptive_avg_pool.h"

#include <array>

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/adaptive_avg_pool_backward.h"
#include "nn/ops/channels_last/pool.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/kernels/accumulate.h"
#include "nn/ops/pooling/adaptive.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

template <class T>
T Average(const std::array<Division, kMaxWindowAxes>& d, const T* x, int64_t z, int64_t y, int64_t column) {
  const int64_t begin = d[2].Begin(column);
  const int64_t width = d[2].End(column) - begin;
  const int64_t top = d[1].Begin(y);
  const int64_t height = d[1].End(y) - top;
  double sum = 0;
  for (int64_t iz = d[0].Begin(z); iz < d[0].End(z); ++iz) {
    const T* corner = x + (iz * d[1].in + top) * d[2].in + begin;
    if (width == d[2].in) {  // Whole rows are neighbours.
      sum += kernels::Sum(corner, height * width);
      continue;
    }
    for (int64_t row = 0; row < height; ++row) sum += kernels::Sum(corner + row * d[2].in, width);
  }
  return static_cast<T>(sum / static_cast<double>((d[0].End(z) - d[0].Begin(z)) * height * width));
}

template <class T>
std::unique_ptr<Kernel> MakeAdaptiveAvgPoolKernel(const Divisions& d, int64_t planes) {
  return MakeSimpleKernel("loop", [d, planes](const KernelArgs& args) {
    const auto* x = static_cast<const T*>(args.in[0]);
    auto* y = static_cast<T*>(args.out[0]);
    for (int64_t plane = 0; plane < planes; ++plane, x += d.in_plane()) {
      d.ForEachPart([&](int64_t oz, int64_t oy, int64_t ox) { *y++ = Average(d.axes, x, oz, oy, ox); });
    }
    return absl::OkStatus();
  });
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> AdaptiveAvgPoolOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  ASSIGN_OR_RETURN(Shape y, InferAdaptiveShape(kName, attrs.output_size, in[0].shape));
  RETURN_IF_ERROR(CheckDType(attrs.output_size.size() == 3 ? "adaptive_avg_pool3d_cpu" : "adaptive_avg_pool2d",
                             in[0].dtype, kComputedFloats));
  TensorSpec out = {in[0].dtype, std::move(y)};
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> AdaptiveAvgPoolOp::MakeKernel(const Attrs& attrs,
                                                                      const KernelRequest& request) {
  const Shape& x = request.in[0].shape;
  const Divisions divisions(attrs.output_size, x);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeAdaptiveAvgPoolKernel<T>(divisions, x[0] * x[1]); });
}

std::optional<ChannelsLastForm> AdaptiveAvgPoolOp::ChannelsLast(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  return ChannelsLastPoolOp::FormOf(attrs, in);
}

absl::Status AdaptiveAvgPoolOp::Gradient(const Attrs&, GradientScope& scope) {
  return scope.Set(0, scope.Apply<AdaptiveAvgPoolBackwardOp>({.shape = scope.spec(scope.in(0)).shape}, {scope.grad()}));
}

}  // namespace moduled::nn
