// The largest element of a block of a plane, for max pooling whose windows differ in size or lie unevenly.
#pragma once

#include <array>
#include <cstdint>

#include "nn/ops/window_axis.h"

namespace moduled::nn {

// The elements [begin, end) along each axis.
struct Block {
  std::array<int64_t, kMaxWindowAxes> begin = {};
  std::array<int64_t, kMaxWindowAxes> end = {};
};

// Where the first maximum of a block stands in its plane [.., rows, columns]; a NaN counts as larger than everything,
// and the last NaN wins. Requires a block that has elements.
template <class T>
int64_t IndexOfMaximum(const T* x, int64_t rows, int64_t columns, const Block& block) {
  int64_t found = (block.begin[0] * rows + block.begin[1]) * columns + block.begin[2];
  for (int64_t z = block.begin[0]; z < block.end[0]; ++z) {
    for (int64_t y = block.begin[1]; y < block.end[1]; ++y) {
      const int64_t row = (z * rows + y) * columns;
      for (int64_t i = row + block.begin[2]; i < row + block.end[2]; ++i) {
        if (x[i] > x[found] || x[i] != x[i]) found = i;  // NOLINT: a NaN is not equal to itself.
      }
    }
  }
  return found;
}

}  // namespace moduled::nn
