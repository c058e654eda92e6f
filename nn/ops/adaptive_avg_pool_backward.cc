#include "nn/ops/adaptive_avg_pool_backward.h"

#include <algorithm>
#include <array>

#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/pooling/adaptive.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// The output's extents after N and C.
std::vector<int64_t> PartsOf(const Shape& y) { return {y.begin() + std::min<size_t>(2, y.rank()), y.end()}; }

template <class T>
void Spread(const std::array<Division, kMaxWindowAxes>& d, T dy, int64_t z, int64_t y, int64_t x, T* dx) {
  const int64_t parts = (d[0].End(z) - d[0].Begin(z)) * (d[1].End(y) - d[1].Begin(y)) * (d[2].End(x) - d[2].Begin(x));
  const T share = dy / static_cast<T>(parts);
  for (int64_t iz = d[0].Begin(z); iz < d[0].End(z); ++iz) {
    for (int64_t iy = d[1].Begin(y); iy < d[1].End(y); ++iy) {
      T* row = dx + (iz * d[1].in + iy) * d[2].in;
      for (int64_t ix = d[2].Begin(x); ix < d[2].End(x); ++ix) row[ix] += share;
    }
  }
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> AdaptiveAvgPoolBackwardOp::Infer(const Attrs& attrs,
                                                                         absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  RETURN_IF_ERROR(CheckDType(kName, in[0].dtype, kComputedFloats));
  TensorSpec out = {in[0].dtype, attrs.shape};
  RETURN_IF_ERROR(out.Check());
  ASSIGN_OR_RETURN(const Shape pooled, InferAdaptiveShape(kName, PartsOf(in[0].shape), attrs.shape));
  if (pooled == in[0].shape) return std::vector<TensorSpec>{std::move(out)};
  return absl::InvalidArgumentError("adaptive_avg_pool_backward: the gradient is not that of the pooling");
}

absl::StatusOr<std::unique_ptr<Kernel>> AdaptiveAvgPoolBackwardOp::MakeKernel(const Attrs& attrs,
                                                                              const KernelRequest& request) {
  const Divisions d(PartsOf(request.in[0].shape), attrs.shape);
  const int64_t planes = attrs.shape[0] * attrs.shape[1];
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeSimpleKernel("loop", [d, planes](const KernelArgs& args) {
      const auto* dy = static_cast<const T*>(args.in[0]);
      auto* dx = static_cast<T*>(args.out[0]);
      std::fill_n(dx, planes * d.in_plane(), T{0});
      for (int64_t plane = 0; plane < planes; ++plane, dx += d.in_plane()) {
        d.ForEachPart([&](int64_t z, int64_t y, int64_t x) { Spread(d.axes, *dy++, z, y, x, dx); });
      }
      return absl::OkStatus();
    });
  });
}

}  // namespace moduled::nn
