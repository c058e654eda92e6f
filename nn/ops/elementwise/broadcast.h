// Broadcasting inputs against each other, as NumPy and torch do.
#pragma once

#include <array>

#include "absl/status/statusor.h"
#include "nn/ops/kernels/strided_loop.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

// The common shape: extents count from the last axis, and an extent of 1 repeats.
absl::StatusOr<Shape> BroadcastShapes(const Shape& a, const Shape& b);

// The strides of a dense array of this shape as it is repeated to fill `out`.
absl::InlinedVector<int64_t, 6> BroadcastStrides(const Shape& shape, const Shape& out);

// The walk over dense inputs of these shapes in the output's order. Requires shapes that broadcast to `out`.
template <size_t N>
kernels::LoopNestOf<N> BroadcastNest(const std::array<const Shape*, N>& shapes, const Shape& out) {
  kernels::LoopNestOf<N> nest(out.rank());
  for (size_t axis = 0; axis < out.rank(); ++axis) nest[axis].extent = out[axis];
  for (size_t k = 0; k < N; ++k) {
    const auto strides = BroadcastStrides(*shapes[k], out);
    for (size_t axis = 0; axis < out.rank(); ++axis) nest[axis].strides[k] = strides[axis];
  }
  return kernels::Merge(nest);
}

}  // namespace moduled::nn
