// Walking over several arrays at once, each with strides of its own: what broadcasting, permuting and reducing share.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <tuple>

#include "absl/container/inlined_vector.h"
#include "nn/tensor/shape.h"

namespace moduled::nn::kernels {

// One loop over N arrays. Strides count elements; 0 repeats the same ones.
template <size_t N>
struct LoopAxisOf {
  int64_t extent = 1;
  std::array<int64_t, N> strides = {};
};

// Nested loops, outermost first. At most Shape::kMaxRank.
template <size_t N>
using LoopNestOf = absl::InlinedVector<LoopAxisOf<N>, 6>;

// Most walks lead through two arrays.
using LoopAxis = LoopAxisOf<2>;
using LoopNest = LoopNestOf<2>;

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
template <size_t N>
LoopNestOf<N> Merge(const LoopNestOf<N>& nest) {
  LoopNestOf<N> merged;
  for (const LoopAxisOf<N>& axis : nest) {
    if (axis.extent == 1) continue;
    const auto continues = [&] {
      for (size_t k = 0; k < N; ++k) {
        if (merged.back().strides[k] != axis.strides[k] * axis.extent) return false;
      }
      return true;
    };
    if (!merged.empty() && continues()) {
      merged.back() = {merged.back().extent * axis.extent, axis.strides};
    } else {
      merged.push_back(axis);
    }
  }
  if (merged.empty()) {
    merged.emplace_back();
    merged.back().strides.fill(1);
  }
  return merged;
}

// Calls visit(offset 0, offset 1, …) for every step of the nest, in row-major order.
template <size_t N, class Visit>
void ForEachStep(const LoopNestOf<N>& nest, Visit visit) {
  for (const LoopAxisOf<N>& axis : nest) {
    if (axis.extent == 0) return;
  }
  std::array<int64_t, Shape::kMaxRank> steps;  // How far each loop is.
  std::fill_n(steps.begin(), nest.size(), 0);
  std::array<int64_t, N> offsets = {};
  while (true) {
    std::apply(visit, offsets);
    size_t depth = nest.size();
    while (depth > 0) {
      const LoopAxisOf<N>& axis = nest[--depth];
      for (size_t k = 0; k < N; ++k) offsets[k] += axis.strides[k];
      if (++steps[depth] < axis.extent) break;
      for (size_t k = 0; k < N; ++k) offsets[k] -= axis.strides[k] * axis.extent;
      steps[depth] = 0;
      if (depth == 0) return;
    }
    if (nest.empty()) return;
  }
}

}  // namespace moduled::nn::kernels
