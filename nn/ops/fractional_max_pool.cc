#include "nn/ops/fractional_max_pool.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/ops/pooling/maximum.h"
#include "nn/ops/scatter_planes.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

// torch's name of the function.
std::string Function(size_t axes) { return absl::StrCat("fractional_max_pool", axes, axes == 3 ? "d_out()" : "d()"); }

absl::Status CheckInput(size_t axes, const Shape& x) {
  if (x.rank() != axes + 2) {
    return Invalid(
        absl::StrCat(Function(axes), ": Expected ", axes + 1, "D or ", axes + 2, "D tensor, but got: ", x.ToString()));
  }
  for (size_t axis = 1; axis < x.rank(); ++axis) {
    if (x[axis] != 0) continue;
    return Invalid(absl::StrCat(Function(axes),
                                ": Expected input to have non-zero size for non-batch dimensions, but got",
                                x.ToString(), " with dimension ", axis, " being empty."));
  }
  return absl::OkStatus();
}

absl::Status CheckWindows(const FractionalMaxPoolOp::Attrs& attrs, const Shape& x) {
  static constexpr absl::string_view kAxisNames[] = {"time", "height", "width"};
  const size_t axes = attrs.kernel.size();
  for (size_t i = 0; i < axes; ++i) {
    const int64_t in = x[i + 2], kernel = attrs.kernel[i], out = attrs.output_size[i];
    const absl::string_view name = kAxisNames[kMaxWindowAxes - axes + i];
    if (kernel < 1) return Invalid(absl::StrCat("kernel size should be greater than zero, but got ", kernel));
    if (out < 0) {
      return Invalid(absl::StrCat(Function(axes), ": output size should not be negative, but got ", out));
    }
    // kernel + out - 1 <= in, without overflow; torch leaves no room for equality in 3-d.
    const int64_t most = in - kernel + (axes == 3 ? 0 : 1);
    if (kernel > in || out > most) {
      return Invalid(
          absl::StrCat(Function(axes), ": pool ", name, " ", kernel, " too large relative to input ", name, " ", in));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSamples(size_t axes, const TensorSpec& x, const TensorSpec& samples) {
  if (samples.dtype != x.dtype) return Invalid("Expect _random_samples to have the same dtype as input");
  if (samples.shape.rank() != 3) {
    return Invalid(absl::StrCat("Expect _random_samples to have 3 dimensions, got ", samples.shape.rank()));
  }
  if (samples.shape[0] < x.shape[0]) {
    return Invalid("Expect _random_samples.size(0) no less then input batch size.");
  }
  if (samples.shape[1] != x.shape[1]) {
    return Invalid("Expect _random_samples.size(1) equals to input channel size.");
  }
  if (samples.shape[2] == static_cast<int64_t>(axes)) return absl::OkStatus();
  return Invalid(absl::StrCat("Expect _random_samples.size(2) equals to ", axes, "; got ", samples.shape[2], "."));
}

// One axis.
struct Spread {
  int64_t in = 1;
  int64_t kernel = 1;
  int64_t out = 1;
  size_t sample = 0;  // Which one of a plane's.

  // Where window `o` begins. Requires a sample in [0, 1]. In T, as torch rounds.
  template <class T>
  int64_t Begin(int64_t o, T u) const {
    if (o == out - 1) return in - kernel;
    const T alpha = static_cast<T>(in - kernel) / static_cast<T>(out - 1);
    const int64_t begin = static_cast<int64_t>((static_cast<T>(o) + u) * alpha) - static_cast<int64_t>(u * alpha);
    return std::clamp<int64_t>(begin, 0, in - kernel);  // Rounding must not lead out of a long axis.
  }
};
using Spreads = std::array<Spread, kMaxWindowAxes>;

Spreads MakeSpreads(const FractionalMaxPoolOp::Attrs& attrs, const Shape& x) {
  const size_t axes = attrs.kernel.size();
  Spreads spreads;
  for (size_t i = 0; i < axes; ++i) {
    const size_t sample = axes == 2 ? 1 - i : i;
    spreads[kMaxWindowAxes - axes + i] = {x[i + 2], attrs.kernel[i], attrs.output_size[i], sample};
  }
  return spreads;
}

template <class T>
void PoolPlane(const Spreads& s, const T* samples, const T* x, T*& y, int64_t*& indices) {
  Block block;
  const auto begin = [&](size_t axis, int64_t o) {
    block.begin[axis] = s[axis].Begin(o, samples[s[axis].sample]);
    block.end[axis] = block.begin[axis] + s[axis].kernel;
  };
  for (int64_t oz = 0; oz < s[0].out; ++oz) {
    begin(0, oz);
    for (int64_t oy = 0; oy < s[1].out; ++oy) {
      begin(1, oy);
      for (int64_t ox = 0; ox < s[2].out; ++ox) {
        begin(2, ox);
        *indices = IndexOfMaximum(x, s[1].in, s[2].in, block);
        *y++ = x[*indices++];
      }
    }
  }
}

template <class T>
std::unique_ptr<Kernel> MakeFractionalKernel(const Spreads& spreads, int64_t planes, size_t axes) {
  return MakeSimpleKernel("loop", [spreads, planes, axes](const KernelArgs& args) -> absl::Status {
    const auto* x = static_cast<const T*>(args.in[0]);
    const auto* samples = static_cast<const T*>(args.in[1]);
    auto* y = static_cast<T*>(args.out[0]);
    auto* indices = static_cast<int64_t*>(args.out[1]);
    const int64_t in_plane = spreads[0].in * spreads[1].in * spreads[2].in;
    for (int64_t plane = 0; plane < planes; ++plane, x += in_plane, samples += axes) {
      for (size_t i = 0; i < axes; ++i) {
        if (samples[i] >= 0 && samples[i] <= 1) continue;
        return Invalid(absl::StrCat("_random_samples must be between 0 and 1 (got ", samples[i], ")"));
      }
      PoolPlane(spreads, samples, x, y, indices);
    }
    return absl::OkStatus();
  });
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> FractionalMaxPoolOp::Infer(const Attrs& attrs,
                                                                   absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 2));
  const size_t axes = attrs.kernel.size();
  if (axes < 1 || axes > kMaxWindowAxes || attrs.output_size.size() != axes) {
    return Invalid(absl::StrCat(kName, ": wrong number of spatial axes (got ", axes, ", want 1 to 3)"));
  }
  RETURN_IF_ERROR(CheckDType("check_uniform_bounds", in[0].dtype, kComputedFloats));
  RETURN_IF_ERROR(CheckInput(axes, in[0].shape));
  RETURN_IF_ERROR(CheckWindows(attrs, in[0].shape));
  RETURN_IF_ERROR(CheckSamples(axes, in[0], in[1]));
  Shape y = {in[0].shape[0], in[0].shape[1]};
  for (const int64_t extent : attrs.output_size) y.push_back(extent);
  const std::vector<TensorSpec> out = {{in[0].dtype, y}, {DType::kInt64, y}};
  for (const TensorSpec& spec : out) RETURN_IF_ERROR(spec.Check());
  return out;
}

absl::StatusOr<std::unique_ptr<Kernel>> FractionalMaxPoolOp::MakeKernel(const Attrs& attrs,
                                                                        const KernelRequest& request) {
  const Shape& x = request.in[0].shape;
  const Spreads spreads = MakeSpreads(attrs, x);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype,
                       [&]<class T>() { return MakeFractionalKernel<T>(spreads, x[0] * x[1], attrs.kernel.size()); });
}

absl::Status FractionalMaxPoolOp::Gradient(const Attrs&, GradientScope& scope) { return SetGradientOfPicked(scope); }

}  // namespace moduled::nn
