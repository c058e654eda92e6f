// Walking over a dense array line by line, a line being its elements along one axis.
#pragma once

#include <cstdint>

#include "nn/tensor/shape.h"

namespace moduled::nn::kernels {

struct AxisLines {
  int64_t outer = 1;
  int64_t n = 1;      // The elements of a line.
  int64_t inner = 1;  // The step from one to the next.

  // Requires an axis of the shape; a scalar counts as having one.
  static AxisLines Of(const Shape& shape, int64_t axis) {
    if (shape.empty()) return {};
    const auto along = static_cast<size_t>(axis);
    return {shape.numel(0, along), shape[along], shape.numel(along + 1, shape.rank())};
  }

  // Calls visit(first, line) for the first element of each line and its number.
  template <class Visit>
  void ForEach(Visit visit) const {
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t i = 0; i < inner; ++i) visit(o * n * inner + i, o * inner + i);
    }
  }
};

}  // namespace moduled::nn::kernels
