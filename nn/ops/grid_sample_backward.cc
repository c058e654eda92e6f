#include "nn/ops/grid_sample_backward.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/grid_sample.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

template <class T>
std::unique_ptr<Kernel> MakeBackwardKernel(const GridSampling& sampling, const Shape& x, const Shape& grid) {
  const Shape image(x.extents().subspan(2));
  const int64_t points = grid.numel(1, grid.rank() - 1), axes = grid.At(-1);
  const auto run = [=, batch = x[0], channels = x[1], elements = x.numel()](const KernelArgs& args) {
    const auto* grad = static_cast<const T*>(args.in[0]);
    const auto* in = static_cast<const T*>(args.in[1]);
    const auto* point = static_cast<const T*>(args.in[2]);
    auto* grad_in = static_cast<T*>(args.out[0]);
    auto* grad_point = static_cast<T*>(args.out[1]);
    const int64_t plane = image.numel();
    std::fill_n(grad_in, elements, T{0});
    for (int64_t n = 0; n < batch;
         ++n, in += channels * plane, grad_in += channels * plane, grad += channels * points) {
      for (int64_t p = 0; p < points; ++p, point += axes, grad_point += axes) {
        const GridTaps<T> taps = TapsAt(sampling, image, point);
        std::fill_n(grad_point, axes, T{0});
        for (int64_t c = 0; c < channels; ++c) {
          const T g = grad[c * points + p];
          for (size_t t = 0; t < taps.count; ++t) {
            const int64_t at = c * plane + taps.offset[t];
            grad_in[at] += taps.weight[t] * g;
            for (int64_t a = 0; a < axes; ++a) grad_point[axes - 1 - a] += taps.slope[a][t] * in[at] * g;
          }
        }
      }
    }
    return absl::OkStatus();
  };
  return MakeSimpleKernel("loop", run);
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> GridSampleBackwardOp::Infer(const Attrs& attrs,
                                                                    absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 3));
  ASSIGN_OR_RETURN(const std::vector<TensorSpec> y, GridSampleOp::Infer(attrs, in.subspan(1)));
  if (!(y[0] == in[0])) {
    return absl::InvalidArgumentError(absl::StrCat("grid_sample_backward: no gradient of the output (got ",
                                                   in[0].ToString(), ", want ", y[0].ToString(), ")"));
  }
  return std::vector<TensorSpec>{in[1], in[2]};
}

absl::StatusOr<std::unique_ptr<Kernel>> GridSampleBackwardOp::MakeKernel(const Attrs& attrs,
                                                                         const KernelRequest& request) {
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    return MakeBackwardKernel<T>(attrs, request.in[1].shape, request.in[2].shape);
  });
}

}  // namespace moduled::nn
