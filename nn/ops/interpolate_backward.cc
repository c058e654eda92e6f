#include "nn/ops/interpolate_backward.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/interpolation/resample.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> InterpolateBackwardOp::Infer(const Attrs& attrs,
                                                                     absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  RETURN_IF_ERROR(CheckDType(kName, in[0].dtype, kComputedFloats));
  const TensorSpec x = {in[0].dtype, attrs.x};
  RETURN_IF_ERROR(x.Check());
  ASSIGN_OR_RETURN(const std::vector<TensorSpec> y, InterpolateOp::Infer(attrs.forward, {x}));
  if (!(y[0] == in[0])) {
    return absl::InvalidArgumentError(absl::StrCat("interpolate_backward: no gradient of the output (got ",
                                                   in[0].ToString(), ", want ", y[0].ToString(), ")"));
  }
  return std::vector<TensorSpec>{x};
}

absl::StatusOr<std::unique_ptr<Kernel>> InterpolateBackwardOp::MakeKernel(const Attrs& attrs,
                                                                          const KernelRequest& request) {
  const TensorSpec& x = request.out[0];
  const Shape& y = request.in[0].shape;
  if (x.numel() == 0) return MakeSimpleKernel("nothing", [](const KernelArgs&) { return absl::OkStatus(); });
  std::vector<AxisTaps> taps = InterpolateOp::TapsOf(attrs.forward, x, y);
  for (size_t i = 0; i < taps.size(); ++i) taps[i] = taps[i].Transposed(x.shape[i + 2]);
  return MakeKernelFor(FloatTypes(), kName, x.dtype,
                       [&]<class T>() { return MakeResampleKernel<T>(y, x.shape, std::move(taps)); });
}

}  // namespace moduled::nn
