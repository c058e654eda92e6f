// What operators that reduce axes have in common.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/ops/kernels/strided_loop.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

// The axes that a reduction removes. No axes means that nothing is reduced.
struct ReducedAxes {
  std::vector<int64_t> axes = {};  // Without negative ones.
  bool keepdim = false;            // Extents of 1 stay in the place of the reduced axes.
  bool operator==(const ReducedAxes&) const = default;
};

// The shape of the result. INVALID_ARGUMENT, in torch's words, for axes that are not there or that come twice.
absl::StatusOr<Shape> ReducedShape(const ReducedAxes& reduced, const Shape& shape);

// The same with keepdim, whatever `reduced` says: what broadcasts back to `shape`. Requires axes that ReducedShape
// took.
Shape KeptShape(const ReducedAxes& reduced, const Shape& shape);

// The walk over the input in memory order: strides[0] leads through the input, strides[1], 0 along what is reduced,
// through the result. Requires axes that ReducedShape took.
kernels::LoopNest ReductionNest(const ReducedAxes& reduced, const Shape& shape);

}  // namespace moduled::nn
