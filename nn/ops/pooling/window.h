// What max_pool and avg_pool share: their windows, checked in torch's words.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/ops/window_axis.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

// The attributes of a pooling operator, one number for each spatial axis.
struct PoolWindow {
  absl::Span<const int64_t> kernel;
  absl::Span<const int64_t> stride;
  absl::Span<const int64_t> padding;
  absl::Span<const int64_t> dilation;
  WindowRounding rounding = WindowRounding::kDown;
};

// The output of pooling an `x` [N, C, spatial...] that has elements; N alone may be 0.
absl::StatusOr<Shape> InferPooledShape(absl::string_view op, const PoolWindow& window, const Shape& x);

// The windows between shapes that InferPooledShape related.
WindowAxes MakePoolAxes(const PoolWindow& window, const Shape& x, const Shape& y);

// What torch says of an input of pooling over one axis that is not [C, L] or [N, C, L].
absl::Status WrongRankOf1d(absl::string_view function, const Shape& x);

// Refuses an `x` that is not [N, C, spatial...] or has none of anything but N.
absl::Status CheckPoolInput(size_t axes, const Shape& x);

}  // namespace moduled::nn
