#include "nn/ops/reduction/axes.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/ops/checks.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<Shape> ReducedShape(const ReducedAxes& reduced, const Shape& shape) {
  // A scalar counts as having one axis, and has none to lose.
  std::vector<bool> gone(std::max<size_t>(1, shape.rank()), false);
  for (const int64_t axis : reduced.axes) {
    RETURN_IF_ERROR(CheckAxis(axis, shape.rank()));
    if (gone[axis]) {
      return absl::InvalidArgumentError(absl::StrCat("dim ", axis, " appears multiple times in the list of dims"));
    }
    gone[axis] = true;
  }
  Shape out;
  for (size_t axis = 0; axis < shape.rank(); ++axis) {
    if (!gone[axis]) {
      out.push_back(shape[axis]);
    } else if (reduced.keepdim) {
      out.push_back(1);
    }
  }
  return out;
}

Shape KeptShape(const ReducedAxes& reduced, const Shape& shape) {
  Shape kept = shape;
  for (const int64_t axis : reduced.axes) {
    if (static_cast<size_t>(axis) < kept.rank()) kept[axis] = 1;
  }
  return kept;
}

kernels::LoopNest ReductionNest(const ReducedAxes& reduced, const Shape& shape) {
  const Shape kept = KeptShape(reduced, shape);
  const auto from = kernels::StridesOf(shape.extents());
  auto to = kernels::StridesOf(kept.extents());
  kernels::LoopNest nest;
  for (size_t axis = 0; axis < shape.rank(); ++axis) nest.push_back({shape[axis], {from[axis], to[axis]}});
  for (const int64_t axis : reduced.axes) {
    if (static_cast<size_t>(axis) < nest.size()) nest[axis].strides[1] = 0;
  }
  return kernels::Merge(nest);
}

}  // namespace moduled::nn
