#include "nn/ops/elementwise/broadcast.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace moduled::nn {
namespace {

// The shape with axes of extent 1 in front.
Shape WithRank(const Shape& shape, size_t rank) {
  Shape padded;
  for (size_t axis = shape.rank(); axis < rank; ++axis) padded.push_back(1);
  for (int64_t extent : shape) padded.push_back(extent);
  return padded;
}

}  // namespace

absl::StatusOr<Shape> BroadcastShapes(const Shape& a, const Shape& b) {
  const size_t rank = std::max(a.rank(), b.rank());
  const Shape a_padded = WithRank(a, rank);
  const Shape b_padded = WithRank(b, rank);
  Shape out = a_padded;
  for (size_t axis = rank; axis-- > 0;) {
    if (a_padded[axis] == 1) out[axis] = b_padded[axis];
    if (out[axis] == b_padded[axis] || b_padded[axis] == 1) continue;
    return absl::InvalidArgumentError(absl::StrCat("The size of tensor a (", a_padded[axis],
                                                   ") must match the size of tensor b (", b_padded[axis],
                                                   ") at non-singleton dimension ", axis));
  }
  return out;
}

absl::InlinedVector<int64_t, 6> BroadcastStrides(const Shape& shape, const Shape& out) {
  return kernels::StridesOf(WithRank(shape, out.rank()).extents());
}

}  // namespace moduled::nn
