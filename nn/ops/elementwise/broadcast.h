// Broadcasting two inputs against each other, as NumPy and torch do.
#pragma once

#include "absl/status/statusor.h"
#include "nn/ops/kernels/strided_loop.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

// The common shape: extents count from the last axis, and an extent of 1 repeats.
absl::StatusOr<Shape> BroadcastShapes(const Shape& a, const Shape& b);

// The walk over two dense inputs of these shapes in the output's order. Requires shapes that broadcast to `out`.
kernels::LoopNest BroadcastNest(const Shape& a, const Shape& b, const Shape& out);

}  // namespace moduled::nn
