#include "nn/ops/interpolate.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/interpolate_backward.h"
#include "nn/ops/interpolation/resample.h"
#include "nn/ops/window_axis.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// Beyond, float32 cannot tell the positions of neighbours apart, and the taps would outgrow the tensors.
constexpr int64_t kMaxExtent = int64_t{1} << 24;

bool IsNearest(Interpolation mode) { return mode == Interpolation::kNearest || mode == Interpolation::kNearestExact; }

// What torch calls the functions that lack a type.
absl::Status CheckType(const InterpolateOp::Attrs& attrs, DType dtype) {
  if (IsNearest(attrs.mode)) {
    return CheckDType("compute_indices_weights_nearest", dtype, {DType::kFloat32, DType::kFloat64, DType::kUInt8});
  }
  if (attrs.antialias) return CheckDType("compute_indices_weights_aa", dtype, kComputedFloats);
  const bool linear = attrs.mode == Interpolation::kLinear;
  return CheckDType(linear ? "compute_indices_weights_linear" : "compute_indices_weights_cubic", dtype,
                    kComputedFloats);
}

// "H: 4, W: 4": torch names the axes D, H and W.
std::string ByAxis(absl::Span<const int64_t> extents) {
  static constexpr absl::string_view kAxisNames[] = {"D", "H", "W"};
  std::vector<std::string> texts;
  for (size_t i = 0; i < extents.size(); ++i) {
    texts.push_back(absl::StrCat(kAxisNames[kMaxWindowAxes - extents.size() + i], ": ", extents[i]));
  }
  return absl::StrJoin(texts, ", ");
}

absl::Status CheckExtents(const Shape& x, absl::Span<const int64_t> size) {
  const absl::Span<const int64_t> from = x.extents().subspan(2);
  const auto positive = [](int64_t extent) { return extent > 0; };
  if (!std::all_of(from.begin(), from.end(), positive) || !std::all_of(size.begin(), size.end(), positive)) {
    return absl::InvalidArgumentError(absl::StrCat("Input and output sizes should be greater than 0, but got input (",
                                                   ByAxis(from), ") output (", ByAxis(size), ")"));
  }
  if (x[1] == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("Non-empty ", x.rank(), "D data tensor expected but got a tensor with sizes ", x.ToString()));
  }
  for (size_t i = 0; i < size.size(); ++i) {
    const int64_t longest = std::max(from[i], size[i]);
    if (longest <= kMaxExtent) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("interpolate: axis ", i + 2, " is too long (got ", longest, ", want at most ", kMaxExtent, ")"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> InterpolateOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  const size_t axes = attrs.output_size.size();
  const Shape& x = in[0].shape;
  if (axes < 1 || axes > kMaxWindowAxes || x.rank() != axes + 2 ||
      (!attrs.scale.empty() && attrs.scale.size() != axes)) {
    return absl::InvalidArgumentError(absl::StrCat("interpolate: wrong number of axes (got ", axes, " sizes and ",
                                                   attrs.scale.size(), " scales for ", x.ToString(), ")"));
  }
  if (attrs.antialias && IsNearest(attrs.mode)) {
    return absl::InvalidArgumentError("Anti-alias option is only supported for bilinear and bicubic modes");
  }
  RETURN_IF_ERROR(CheckExtents(x, attrs.output_size));
  RETURN_IF_ERROR(CheckType(attrs, in[0].dtype));
  TensorSpec out = {in[0].dtype, {x[0], x[1]}};
  for (const int64_t extent : attrs.output_size) out.shape.push_back(extent);
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

std::vector<AxisTaps> InterpolateOp::TapsOf(const Attrs& attrs, const TensorSpec& x, const Shape& y) {
  std::vector<AxisTaps> taps;
  for (size_t i = 0; i < attrs.output_size.size(); ++i) {
    const AxisSampling axis = {.mode = attrs.mode,
                               .align_corners = attrs.align_corners,
                               .antialias = attrs.antialias,
                               .in = x.shape[i + 2],
                               .out = y[i + 2],
                               .scale = attrs.scale.empty() ? 0 : attrs.scale[i]};
    taps.push_back(x.dtype == DType::kFloat64 ? MakeAxisTaps<double>(axis) : MakeAxisTaps<float>(axis));
  }
  return taps;
}

absl::StatusOr<std::unique_ptr<Kernel>> InterpolateOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const TensorSpec& x = request.in[0];
  const Shape& y = request.out[0].shape;
  if (x.numel() == 0) return MakeSimpleKernel("nothing", [](const KernelArgs&) { return absl::OkStatus(); });
  std::vector<AxisTaps> taps = TapsOf(attrs, x, y);
  if (IsNearest(attrs.mode)) return MakePickKernel(x.shape, taps, SizeOf(x.dtype));
  return MakeKernelFor(FloatTypes(), kName, x.dtype,
                       [&]<class T>() { return MakeResampleKernel<T>(x.shape, y, std::move(taps)); });
}

absl::Status InterpolateOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  const Shape& x = scope.spec(scope.in(0)).shape;
  return scope.Set(0, scope.Apply<InterpolateBackwardOp>({.forward = attrs, .x = x}, {scope.grad()}));
}

}  // namespace moduled::nn
