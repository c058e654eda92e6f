#include "nn/ops/channels_last/pool.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "nn/graph/simple_kernel.h"
#include "nn/ops/channels_last/shape.h"
#include "nn/ops/checks.h"
#include "nn/ops/kernels/ranges.h"
#include "nn/ops/kernels/rows.h"
#include "nn/ops/pooling/adaptive.h"
#include "nn/ops/pooling/average.h"
#include "nn/ops/pooling/window.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

using Attrs = ChannelsLastPoolOp::Attrs;

// The elements of one axis that an output sees: begin, begin + step, ... below end.
struct Taps {
  int64_t begin;
  int64_t end;
  int64_t step;
};

struct PoolPlan {
  bool maximum = false;
  int64_t in_height, in_width, channels;
  std::vector<Taps> rows = {}, columns = {};
  std::vector<double> divisors = {};  // By output; empty for a maximum.
};

std::vector<Taps> TapsOf(const WindowAxis& axis) {
  std::vector<Taps> taps;
  for (int64_t o = 0; o < axis.out; ++o) {
    const WindowAxis::Range range = axis.TapsOf(o);
    taps.push_back({axis.Position(o, range.begin), axis.Position(o, range.end - 1) + 1, axis.dilation});
  }
  return taps;
}

std::vector<Taps> TapsOf(const Division& division) {
  std::vector<Taps> taps;
  for (int64_t o = 0; o < division.out; ++o) taps.push_back({division.Begin(o), division.End(o), 1});
  return taps;
}

void Divide(const MaxPoolOp::Attrs& attrs, const Shape& x, const Shape& y, PoolPlan& plan) {
  const WindowAxes axes = MakePoolAxes({attrs.kernel, attrs.stride, attrs.padding, attrs.dilation,
                                        attrs.ceil_mode ? WindowRounding::kUp : WindowRounding::kDown},
                                       x, y);
  plan.maximum = true;
  plan.rows = TapsOf(axes[1]);
  plan.columns = TapsOf(axes[2]);
}

void Divide(const AvgPoolOp::Attrs& attrs, const Shape& x, const Shape& y, PoolPlan& plan) {
  const WindowAxes axes = MakePoolAxes(AverageWindow(attrs), x, y);
  const AverageDivisor divisor(attrs, axes);
  plan.rows = TapsOf(axes[1]);
  plan.columns = TapsOf(axes[2]);
  for (int64_t oy = 0; oy < axes[1].out; ++oy) {
    for (int64_t ox = 0; ox < axes[2].out; ++ox) plan.divisors.push_back(divisor.Of(0, oy, ox));
  }
}

void Divide(const AdaptiveAvgPoolOp::Attrs& attrs, const Shape& x, const Shape&, PoolPlan& plan) {
  const Divisions divisions(attrs.output_size, x);
  plan.rows = TapsOf(divisions.axes[1]);
  plan.columns = TapsOf(divisions.axes[2]);
  for (const Taps& row : plan.rows) {
    for (const Taps& column : plan.columns) {
      plan.divisors.push_back(static_cast<double>((row.end - row.begin) * (column.end - column.begin)));
    }
  }
}

// One output pixel of an image.
void Pool(const PoolPlan& plan, const float* x, size_t row, size_t column, float* y) {
  const Taps& rows = plan.rows[row];
  const Taps& columns = plan.columns[column];
  const float start = plan.maximum ? -std::numeric_limits<float>::infinity() : 0.0f;
  std::fill_n(y, plan.channels, start);
  for (int64_t iy = rows.begin; iy < rows.end; iy += rows.step) {
    for (int64_t ix = columns.begin; ix < columns.end; ix += columns.step) {
      const float* pixel = x + (iy * plan.in_width + ix) * plan.channels;
      if (plan.maximum) {
        kernels::MaxRow(pixel, y, plan.channels);
      } else {
        kernels::AddRow(pixel, y, plan.channels);
      }
    }
  }
  if (plan.maximum) return;
  kernels::ScaleRow(static_cast<float>(1.0 / plan.divisors[row * plan.columns.size() + column]), y, plan.channels);
}

}  // namespace

absl::StatusOr<std::vector<TensorSpec>> ChannelsLastPoolOp::Infer(const Attrs& attrs, absl::Span<const TensorSpec> in) {
  RETURN_IF_ERROR(CheckInputCount(kName, in, 1));
  if (in[0].dtype != DType::kFloat32 || in[0].shape.rank() != 4) {
    return absl::InvalidArgumentError(absl::StrCat(kName, ": wrong type (got ", in[0].ToString(), ")"));
  }
  const TensorSpec image[] = {{in[0].dtype, ToChannelsFirst(in[0].shape)}};
  ASSIGN_OR_RETURN(std::vector<TensorSpec> out, std::visit(
                                                    [&]<class T>(const T& pool) {
                                                      if constexpr (std::is_same_v<T, MaxPoolOp::Attrs>) {
                                                        return MaxPoolOp::Infer(pool, image);
                                                      } else if constexpr (std::is_same_v<T, AvgPoolOp::Attrs>) {
                                                        return AvgPoolOp::Infer(pool, image);
                                                      } else {
                                                        return AdaptiveAvgPoolOp::Infer(pool, image);
                                                      }
                                                    },
                                                    attrs.pool));
  return std::vector<TensorSpec>{{out[0].dtype, ToChannelsLast(out[0].shape)}};
}

absl::StatusOr<std::unique_ptr<Kernel>> ChannelsLastPoolOp::MakeKernel(const Attrs& attrs,
                                                                       const KernelRequest& request) {
  const Shape& x = request.in[0].shape;
  PoolPlan plan = {.in_height = x[1], .in_width = x[2], .channels = x[3]};
  std::visit([&](const auto& pool) { Divide(pool, ToChannelsFirst(x), ToChannelsFirst(request.out[0].shape), plan); },
             attrs.pool);
  return MakeSimpleKernel("rows", [plan = std::move(plan), batch = x[0],
                                   threads = request.threads](const KernelArgs& args) {
    const auto* x = static_cast<const float*>(args.in[0]);
    auto* y = static_cast<float*>(args.out[0]);
    const auto height = static_cast<int64_t>(plan.rows.size());
    const auto width = static_cast<int64_t>(plan.columns.size());
    const int64_t image = plan.in_height * plan.in_width * plan.channels;
    kernels::ForRanges(threads, batch * height, image / std::max<int64_t>(height, 1), [&](int64_t begin, int64_t end) {
      for (int64_t line = begin; line < end; ++line) {
        for (int64_t column = 0; column < width; ++column) {
          Pool(plan, x + line / height * image, static_cast<size_t>(line % height), static_cast<size_t>(column),
               y + (line * width + column) * plan.channels);
        }
      }
    });
    return absl::OkStatus();
  });
}

}  // namespace moduled::nn
