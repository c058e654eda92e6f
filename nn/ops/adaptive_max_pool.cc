#include "nn/ops/adaptive_max_pool.h"

#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/pooling/adaptive.h"
#include "nn/ops/pooling/maximum.h"
#include "nn/ops/scatter_planes.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

template <class T>
std::unique_ptr<Kernel> MakeAdaptiveMaxPoolKernel(const Divisions& d, int64_t planes) {
  return MakeSimpleKernel("loop", [d, planes](const KernelArgs& args) {
    const auto* x = static_cast<const T*>(args.in[0]);
    auto* y = static_cast<T*>(args.out[0]);
    auto* indices = static_cast<int64_t*>(args.out[1]);
    const auto& [dz, dy, dx] = d.axes;
    for (int64_t plane = 0; plane < planes; ++plane, x += d.in_plane()) {
      d.ForEachPart([&, &dz = dz, &dy = dy, &dx = dx](int64_t oz, int64_t oy, int64_t ox) {
        const Block block = {{dz.Begin(oz), dy.Begin(oy), dx.Begin(ox)}, {dz.End(oz), dy.End(oy), dx.End(ox)}};
        *indices = IndexOfMaximum(x, dy.in, dx.in, block);
        *y++ = x[*indices++];
      });
    }
    return absl::OkStatus();
  });
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> AdaptiveMaxPoolOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  ASSIGN_OR_RETURN(const Shape y, InferAdaptiveShape(kName, attrs.output_size, in[0].shape));
  RETURN_IF_ERROR(CheckDType(attrs.output_size.size() == 3 ? "adaptive_max_pool3d_cpu" : "adaptive_max_pool2d",
                             in[0].dtype, kComputedFloats));
  const std::vector<TensorSpec> out = {{in[0].dtype, y}, {DType::kInt64, y}};
  for (const TensorSpec& spec : out) RETURN_IF_ERROR(spec.Check());
  return out;
}

absl::StatusOr<std::unique_ptr<Kernel>> AdaptiveMaxPoolOp::MakeKernel(const Attrs& attrs,
                                                                      const KernelRequest& request) {
  const Shape& x = request.in[0].shape;
  const Divisions divisions(attrs.output_size, x);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeAdaptiveMaxPoolKernel<T>(divisions, x[0] * x[1]); });
}

absl::Status AdaptiveMaxPoolOp::Gradient(const Attrs&, GradientScope& scope) { return SetGradientOfPicked(scope); }

}  // namespace moduled::nn
