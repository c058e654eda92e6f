// Walking over two arrays at once, each with strides of its own: what broadcasting, permuting and reducing share.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "nn/tensor/shape.h"

namespace moduled::nn::kernels {

// One loop. Strides count elements; 0 repeats the same ones.
struct LoopAxis {
  int64_t extent = 1;
  std::array<int64_t, 2> strides = {};
};

// Nested loops, outermost first. At most Shape::kMaxRank.
using LoopNest = absl::InlinedVector<LoopAxis, 6>;

// The strides of a dense array of this shape. Where the extent is 1 the stride is 0: it repeats when broadcast.
inline absl::InlinedVector<int64_t, 6> StridesOf(absl::Span<const int64_t> extents) {
  absl::InlinedVector<int64_t, 6> strides(extents.size());
  int64_t stride = 1;
  for (size_t axis = extents.size(); axis-- > 0;) {
    strides[axis] = extents[axis] == 1 ? 0 : stride;
    stride *= extents[axis];
  }
  return strides;
}

// The same walk with as few loops as possible: drops loops of one step, and makes one of two wherever the inner loop
// ends where the outer one's next step begins. At least one loop is left.
inline LoopNest Merge(const LoopNest& nest) {
  LoopNest merged;
  for (const LoopAxis& axis : nest) {
    if (axis.extent == 1) continue;
    const auto continues = [&](size_t k) { return merged.back().strides[k] == axis.strides[k] * axis.extent; };
    if (!merged.empty() && continues(0) && continues(1)) {
      merged.back() = {merged.back().extent * axis.extent, axis.strides};
    } else {
      merged.push_back(axis);
    }
  }
  if (merged.empty()) merged.push_back({1, {1, 1}});
  return merged;
}

// Calls visit(offset 0, offset 1) for every step of the nest, in row-major order.
template <class Visit>
void ForEachStep(absl::Span<const LoopAxis> nest, Visit visit) {
  for (const LoopAxis& axis : nest) {
    if (axis.extent == 0) return;
  }
  std::array<int64_t, Shape::kMaxRank> steps;  // How far each loop is.
  std::fill_n(steps.begin(), nest.size(), 0);
  std::array<int64_t, 2> offsets = {};
  while (true) {
    visit(offsets[0], offsets[1]);
    size_t depth = nest.size();
    while (depth > 0) {
      const LoopAxis& axis = nest[--depth];
      offsets[0] += axis.strides[0];
      offsets[1] += axis.strides[1];
      if (++steps[depth] < axis.extent) break;
      offsets[0] -= axis.strides[0] * axis.extent;
      offsets[1] -= axis.strides[1] * axis.extent;
      steps[depth] = 0;
      if (depth == 0) return;
    }
    if (nest.empty()) return;
  }
}

}  // namespace moduled::nn::kernels
