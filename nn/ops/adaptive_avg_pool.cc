#include "nn/ops/adaptive_avg_pool.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/kernels/accumulate.h"
#include "nn/ops/window_axis.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// One axis, divided into `out` parts.
struct Division {
  int64_t in = 1;
  int64_t out = 1;

  // floor(i in / out) and ceil((i + 1) in / out), in 128 bits: the products may be large where the results are not.
  int64_t Begin(int64_t i) const { return static_cast<int64_t>(static_cast<__int128>(i) * in / out); }
  int64_t End(int64_t i) const { return static_cast<int64_t>((static_cast<__int128>(i + 1) * in + out - 1) / out); }
};

// One to three axes; those that are missing stand first and have one element.
using Divisions = std::array<Division, kMaxWindowAxes>;

template <class T>
T Average(const Divisions& d, const T* x, int64_t z, int64_t y, int64_t column) {
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
void PoolPlane(const Divisions& d, const T* x, T* y) {
  for (int64_t oz = 0; oz < d[0].out; ++oz) {
    for (int64_t oy = 0; oy < d[1].out; ++oy) {
      for (int64_t ox = 0; ox < d[2].out; ++ox) *y++ = Average(d, x, oz, oy, ox);
    }
  }
}

template <class T>
std::unique_ptr<Kernel> MakeAdaptiveAvgPoolKernel(const Divisions& d, int64_t planes) {
  return MakeSimpleKernel("loop", [d, planes](const KernelArgs& args) {
    const auto* x = static_cast<const T*>(args.in[0]);
    auto* y = static_cast<T*>(args.out[0]);
    const int64_t in_plane = d[0].in * d[1].in * d[2].in;
    const int64_t out_plane = d[0].out * d[1].out * d[2].out;
    for (int64_t plane = 0; plane < planes; ++plane) PoolPlane(d, x + plane * in_plane, y + plane * out_plane);
    return absl::OkStatus();
  });
}

absl::Status CheckOutputSize(absl::Span<const int64_t> size) {
  if (size.empty() || size.size() > kMaxWindowAxes) {
    return absl::InvalidArgumentError(
        absl::StrCat("adaptive_avg_pool: wrong number of spatial axes (got ", size.size(), ", want 1 to 3)"));
  }
  if (std::all_of(size.begin(), size.end(), [](int64_t n) { return n >= 0; })) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("adaptive_avg_pool", size.size(),
                                                 "d: elements of output_size must be greater than or equal to 0 ",
                                                 "but received {", absl::StrJoin(size, ", "), "}"));
}

absl::Status CheckInput(size_t axes, const Shape& x) {
  const std::string op = absl::StrCat("adaptive_avg_pool", axes, "d(): ");
  if (x.rank() != axes + 2) {
    return absl::InvalidArgumentError(
        absl::StrCat(op, "Expected ", axes + 1, "D or ", axes + 2, "D tensor, but got ", x.ToString()));
  }
  for (size_t axis = 1; axis < x.rank(); ++axis) {
    if (x[axis] != 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(op, "Expected input to have non-zero size for non-batch dimensions, but input has sizes ",
                     x.ToString(), " with dimension ", axis, " being empty"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> AdaptiveAvgPoolOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  RETURN_IF_ERROR(CheckOutputSize(attrs.output_size));
  const size_t axes = attrs.output_size.size();
  RETURN_IF_ERROR(CheckInput(axes, in[0].shape));
  RETURN_IF_ERROR(
      CheckDType(axes == 3 ? "adaptive_avg_pool3d_cpu" : "adaptive_avg_pool2d", in[0].dtype, kComputedFloats));
  TensorSpec out = {in[0].dtype, {in[0].shape[0], in[0].shape[1]}};
  for (const int64_t n : attrs.output_size) out.shape.push_back(n);
  RETURN_IF_ERROR(out.Check());
  return std::vector<TensorSpec>{std::move(out)};
}

absl::StatusOr<std::unique_ptr<Kernel>> AdaptiveAvgPoolOp::MakeKernel(const Attrs& attrs,
                                                                      const KernelRequest& request) {
  const Shape& x = request.in[0].shape;
  const size_t axes = attrs.output_size.size();
  Divisions divisions;
  for (size_t i = 0; i < axes; ++i) divisions[kMaxWindowAxes - axes + i] = {x[i + 2], attrs.output_size[i]};
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeAdaptiveAvgPoolKernel<T>(divisions, x[0] * x[1]); });
}

}  // namespace moduled::nn
