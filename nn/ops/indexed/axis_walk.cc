#include "nn/ops/indexed/axis_walk.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/ops/checks.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

Shape WithAxes(const Shape& shape) { return shape.empty() ? Shape{1} : shape; }

}  // namespace

absl::Status CheckAxisIndex(absl::string_view op, int64_t axis, const Shape& table, const TensorSpec& index) {
  RETURN_IF_ERROR(CheckAxis(axis, table.rank()));
  if (index.dtype != DType::kInt64) {
    return absl::InvalidArgumentError(absl::StrCat(op, "(): Expected dtype int64 for index"));
  }
  const Shape from = WithAxes(table), at = WithAxes(index.shape);
  if (from.rank() != at.rank()) {
    return absl::InvalidArgumentError("Index tensor must have the same number of dimensions as input tensor");
  }
  for (size_t d = 0; d < at.rank(); ++d) {
    if (static_cast<int64_t>(d) == axis || at[d] <= from[d]) continue;
    return absl::InvalidArgumentError(absl::StrCat("Size does not match at dimension ", d, " expected index ",
                                                   index.shape.ToString(), " to be smaller than self ",
                                                   table.ToString(), " apart from dimension ", axis));
  }
  return absl::OkStatus();
}

absl::Status IndexOutOfBounds(int64_t index, int64_t axis, int64_t extent) {
  return absl::InvalidArgumentError(
      absl::StrCat("index ", index, " is out of bounds for dimension ", axis, " with size ", extent));
}

AxisWalk::AxisWalk(int64_t axis, const Shape& table, const Shape& index) : axis_(axis) {
  const Shape from = WithAxes(table), at = WithAxes(index);
  extent_ = from[axis];
  stride_ = from.numel(axis + 1, from.rank());
  const auto from_strides = kernels::StridesOf(from.extents());
  const auto at_strides = kernels::StridesOf(at.extents());
  for (size_t d = 0; d < at.rank(); ++d) {
    const bool indexed = static_cast<int64_t>(d) == axis;
    nest_.push_back({at[d], {indexed ? 0 : from_strides[d], at_strides[d]}});
  }
  nest_ = kernels::Merge(nest_);
}

}  // namespace moduled::nn
