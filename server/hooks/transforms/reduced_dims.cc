#include "server/hooks/transforms/reduced_dims.h"

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"

namespace moduled::server {

absl::StatusOr<size_t> AxisOf(int64_t dim, size_t rank) {
  const auto n = static_cast<int64_t>(rank == 0 ? 1 : rank);
  if (dim >= -n && dim < n) return static_cast<size_t>(dim < 0 ? dim + n : dim);
  return absl::InvalidArgumentError(
      absl::StrCat("Dimension out of range (expected to be in range of [", -n, ", ", n - 1, "], but got ", dim, ")"));
}

absl::StatusOr<ReducedDims> ReducedDims::Of(const nn::Shape& shape, absl::Span<const int64_t> dims) {
  ReducedDims reduced(shape);
  if (dims.empty()) reduced.reduced_.assign(shape.rank(), true);
  bool scalar_is_reduced = false;
  for (const int64_t dim : dims) {
    ASSIGN_OR_RETURN(const size_t axis, AxisOf(dim, shape.rank()));
    const bool again = shape.empty() ? scalar_is_reduced : reduced.reduced_[axis];
    if (again) {
      return absl::InvalidArgumentError(absl::StrCat("dim ", axis, " appears multiple times in the list of dims"));
    }
    if (shape.empty()) {
      scalar_is_reduced = true;
    } else {
      reduced.reduced_[axis] = true;
    }
  }
  int64_t stride = 1;
  for (size_t axis = shape.rank(); axis-- > 0;) {
    if (reduced.reduced_[axis]) continue;
    reduced.strides_[axis] = stride;
    stride *= shape[axis];
  }
  return reduced;
}

int64_t ReducedDims::count() const {
  int64_t count = 1;
  for (size_t axis = 0; axis < shape_.rank(); ++axis) {
    if (reduced_[axis]) count *= shape_[axis];
  }
  return count;
}

nn::Shape ReducedDims::result(bool keepdim) const {
  nn::Shape result;
  for (size_t axis = 0; axis < shape_.rank(); ++axis) {
    if (!reduced_[axis]) {
      result.push_back(shape_[axis]);
    } else if (keepdim) {
      result.push_back(1);
    }
  }
  return result;
}

}  // namespace moduled::server
