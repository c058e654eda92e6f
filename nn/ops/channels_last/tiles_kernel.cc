#include <algorithm>

#include "nn/ops/channels_last/convolution_problem.h"
#include "nn/ops/tiles/kernel.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// What each output pixel sees: the taps of its window row by row, each with all channels.
class WindowRows final : public tiles::Rows {
 public:
  WindowRows(const ConvolutionProblem& problem, const float* x)
      : channels_(problem.group_in), y_(problem.window[1]), x_(problem.window[2]), data_(x) {}

  const float* Get(int64_t row, int64_t begin, int64_t end, float* buffer) const override {
    const int64_t plane = y_.out * x_.out, line = x_.kernel * channels_;
    const int64_t oy = row % plane / x_.out, ox = row % x_.out;
    const float* image = data_ + row / plane * y_.in * x_.in * channels_;
    float* to = buffer;
    for (int64_t at = begin; at < end;) {
      const int64_t tap = at / line;
      const int64_t stop = std::min(end, (tap + 1) * line);
      const int64_t y = y_.Position(oy, tap);
      if (y_.Contains(y)) {
        to = GatherLine(image + y * x_.in * channels_, ox, at - tap * line, stop - tap * line, to);
      } else {
        to = std::fill_n(to, stop - at, 0.0f);
      }
      at = stop;
    }
    return buffer;
  }

 private:
  // The part [begin, end) of the window's taps in one line of the image.
  float* GatherLine(const float* line, int64_t ox, int64_t begin, int64_t end, float* to) const {
    const int64_t first = x_.Position(ox, 0);
    if (x_.dilation == 1 && first >= 0 && first + x_.kernel <= x_.in) {
      return std::copy_n(line + first * channels_ + begin, end - begin, to);
    }
    for (int64_t at = begin; at < end;) {
      const int64_t tap = at / channels_;
      const int64_t stop = std::min(end, (tap + 1) * channels_);
      const int64_t x = x_.Position(ox, tap);
      to = x_.Contains(x) ? std::copy_n(line + (x - tap) * channels_ + at, stop - at, to)
                          : std::fill_n(to, stop - at, 0.0f);
      at = stop;
    }
    return to;
  }

  const int64_t channels_;
  const WindowAxis& y_;
  const WindowAxis& x_;
  const float* data_;
};

// Windows of one pixel that skip some.
class PixelRows final : public tiles::Rows {
 public:
  PixelRows(const ConvolutionProblem& problem, const float* x)
      : channels_(problem.group_in), y_(problem.window[1]), x_(problem.window[2]), data_(x) {}

  const float* Get(int64_t row, int64_t begin, int64_t, float*) const override {
    const int64_t plane = y_.out * x_.out;
    const int64_t y = y_.Position(row % plane / x_.out, 0), x = x_.Position(row % x_.out, 0);
    return data_ + ((row / plane * y_.in + y) * x_.in + x) * channels_ + begin;
  }

 private:
  const int64_t channels_;
  const WindowAxis& y_;
  const WindowAxis& x_;
  const float* data_;
};

enum class RowKind : uint8_t { kDense, kPixels, kWindows };

RowKind KindOf(const ConvolutionProblem& p) {
  bool dense = true;
  for (const size_t i : {1, 2}) {
    const WindowAxis& axis = p.window[i];
    if (axis.kernel != 1 || axis.padding_begin != 0 || axis.padding_end != 0) return RowKind::kWindows;
    dense = dense && axis.stride == 1;
  }
  return dense ? RowKind::kDense : RowKind::kPixels;
}

class TilesConvolutionKernel final : public tiles::TilesKernel {
 public:
  TilesConvolutionKernel(const ConvolutionProblem& convolution, const tiles::Problem& problem,
                         const tiles::Inputs& inputs, std::shared_ptr<const Tensor> packed)
      : TilesKernel(problem, inputs, std::move(packed)), convolution_(convolution), kind_(KindOf(convolution)) {}

  absl::Status Run(const KernelArgs& args) const override {
    const auto* x = static_cast<const float*>(args.in[0]);
    switch (kind_) {
      case RowKind::kDense:
        RunRows(tiles::DenseRows(x, convolution_.group_in), args);
        break;
      case RowKind::kPixels:
        RunRows(PixelRows(convolution_, x), args);
        break;
      case RowKind::kWindows:
        RunRows(WindowRows(convolution_, x), args);
        break;
    }
    return absl::OkStatus();
  }

 private:
  const ConvolutionProblem convolution_;
  const RowKind kind_;
};

absl::StatusOr<std::unique_ptr<Kernel>> Make(const ChannelsLastProblem& problem, const KernelRequest& request,
                                             bool split) {
  const ConvolutionProblem& p = problem.convolution;
  if (p.groups != 1) return absl::UnimplementedError("groups");
  const tiles::Problem product = {.rows = p.batch * p.out_plane(),
                                  .columns = p.group_out,
                                  .depth = p.taps() * p.group_in,
                                  .split = split,
                                  .threads = request.threads,
                                  .bias = p.with_bias,
                                  .residual = problem.residual,
                                  .pointwise = problem.pointwise};
  const tiles::Columns b = {
      .column_stride = product.depth, .inner = p.group_in, .inner_stride = p.taps(), .outer_stride = 1};
  ASSIGN_OR_RETURN(std::shared_ptr<const Tensor> packed, tiles::PackConstant(product, b, request));
  const tiles::Inputs inputs = {.bias = problem.bias_input(), .residual = problem.residual_input()};
  return std::make_unique<TilesConvolutionKernel>(p, product, inputs, std::move(packed));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> MakeSplitTilesChannelsLastKernel(const ChannelsLastProblem& problem,
                                                                         const KernelRequest& request) {
  return Make(problem, request, /*split=*/true);
}

absl::StatusOr<std::unique_ptr<Kernel>> MakeTilesChannelsLastKernel(const ChannelsLastProblem& problem,
                                                                    const KernelRequest& request) {
  return Make(problem, request, /*split=*/false);
}

}  // namespace moduled::nn
