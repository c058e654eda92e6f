#include "nn/ops/cross_map_lrn.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "nn/graph/gradient.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/checks.h"
#include "nn/ops/dispatch.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// One place of one image: its channels, `step` elements apart.
struct Column {
  int64_t channels;
  int64_t step;
};

// k + alpha mean of squares, for each channel.
template <class T>
void Scales(const CrossMapLrnOp::Attrs& attrs, const Column& column, const T* x, double* scale) {
  const auto square = [&](int64_t c) {
    const double value = x[c * column.step];
    return value * value;
  };
  const int64_t reach = (attrs.size - 1) / 2;
  double sum = 0;
  for (int64_t c = 0; c <= std::min(reach, column.channels - 1); ++c) sum += square(c);
  for (int64_t c = 0; c < column.channels; ++c) {
    if (c > 0 && c + reach < column.channels) sum += square(c + reach);
    if (c > reach + 1) sum -= square(c - reach - 1);
    scale[c] = attrs.k + attrs.alpha / static_cast<double>(attrs.size) * sum;
  }
}

// f(offset) for each place of a [N, C, H, W].
template <class Function>
void ForEachColumn(const Shape& shape, Function f) {
  const int64_t places = shape[2] * shape[3];
  for (int64_t n = 0; n < shape[0]; ++n) {
    for (int64_t place = 0; place < places; ++place) f(n * shape[1] * places + place);
  }
}

absl::Status CheckInput(absl::string_view name, const CrossMapLrnOp::Attrs& attrs, const TensorSpec& x) {
  if (x.shape.rank() != 4) {
    return absl::InvalidArgumentError(
        absl::StrCat("CrossMapLRN2d: Expected input to be 4D, got ", x.shape.rank(), "D instead."));
  }
  if (attrs.size < 1) return absl::InvalidArgumentError(absl::StrCat(name, ": size must be positive"));
  return CheckDType(name, x.dtype, kComputedFloats);
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> CrossMapLrnOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  RETURN_IF_ERROR(CheckInput(kName, attrs, in[0]));
  return std::vector<TensorSpec>{in[0]};
}

absl::StatusOr<std::unique_ptr<Kernel>> CrossMapLrnOp::MakeKernel(const Attrs& attrs, const KernelRequest& request) {
  const Shape shape = request.in[0].shape;
  const Column column = {shape[1], shape[2] * shape[3]};
  const size_t scratch = static_cast<size_t>(column.channels) * sizeof(double);
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    const auto run = [attrs, shape, column](const KernelArgs& args) {
      auto* const scale = static_cast<double*>(args.scratch);
      ForEachColumn(shape, [&](int64_t offset) {
        const T* x = static_cast<const T*>(args.in[0]) + offset;
        T* y = static_cast<T*>(args.out[0]) + offset;
        Scales(attrs, column, x, scale);
        for (int64_t c = 0; c < column.channels; ++c) {
          y[c * column.step] = static_cast<T>(x[c * column.step] * std::pow(scale[c], -attrs.beta));
        }
      });
      return absl::OkStatus();
    };
    return MakeSimpleKernel("sliding window", run, scratch);
  });
}

absl::Status CrossMapLrnOp::Gradient(const Attrs& attrs, GradientScope& scope) {
  return scope.Set(0, scope.Apply<CrossMapLrnBackwardOp>(attrs, {scope.in(0), scope.grad()}));
}

absl::StatusOr<std::vector<TensorSpec>> CrossMapLrnBackwardOp::Infer(const Attrs& attrs,
                                                                     absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 2));
  RETURN_IF_ERROR(CheckInput(kName, attrs, in[0]));
  if (in[1] != in[0]) {
    return absl::InvalidArgumentError(absl::StrCat(kName, ": the gradient is not of the input's shape and type"));
  }
  return std::vector<TensorSpec>{in[0]};
}

// dx = dy scale^-beta - 2 alpha beta / size x (the sum of dy y / scale over the window)
absl::StatusOr<std::unique_ptr<Kernel>> CrossMapLrnBackwardOp::MakeKernel(const Attrs& attrs,
                                                                          const KernelRequest& request) {
  const Shape shape = request.in[0].shape;
  const Column column = {shape[1], shape[2] * shape[3]};
  const size_t scratch = 2 * static_cast<size_t>(column.channels) * sizeof(double);
  // The window of channel c is [c - below, c - below + size).
  const int64_t below = attrs.size - attrs.size / 2;
  return MakeKernelFor(FloatTypes(), kName, request.in[0].dtype, [&]<class T>() {
    const auto run = [attrs, shape, column, below](const KernelArgs& args) {
      auto* const scale = static_cast<double*>(args.scratch);
      double* const ratio = scale + column.channels;
      const double factor = 2 * attrs.alpha * attrs.beta / static_cast<double>(attrs.size);
      ForEachColumn(shape, [&](int64_t offset) {
        const T* x = static_cast<const T*>(args.in[0]) + offset;
        const T* dy = static_cast<const T*>(args.in[1]) + offset;
        T* dx = static_cast<T*>(args.out[0]) + offset;
        Scales(attrs, column, x, scale);
        for (int64_t c = 0; c < column.channels; ++c) {
          const int64_t i = c * column.step;
          ratio[c] = static_cast<double>(dy[i]) * x[i] * std::pow(scale[c], -attrs.beta - 1);
        }
        double sum = 0;
        for (int64_t c = 0; c < std::min(attrs.size - below - 1, column.channels); ++c) sum += ratio[c];
        for (int64_t c = 0; c < column.channels; ++c) {
          const int64_t last = c - below + attrs.size - 1;
          const int64_t left = c - below - 1;
          if (last >= 0 && last < column.channels) sum += ratio[last];
          if (left >= 0) sum -= ratio[left];
          const int64_t i = c * column.step;
          dx[i] = static_cast<T>(dy[i] * std::pow(scale[c], -attrs.beta) - factor * x[i] * sum);
        }
      });
      return absl::OkStatus();
    };
    return MakeSimpleKernel("sliding window", run, scratch);
  });
}

}  // namespace moduled::nn
