#include "nn/ops/indexed/index_walk.h"

#include "absl/strings/str_cat.h"

namespace moduled::nn {

absl::Status CheckIndices(absl::string_view op, int64_t axis, const Shape& table,
                          absl::Span<const TensorSpec> indices) {
  if (indices.empty()) return absl::InvalidArgumentError(absl::StrCat(op, ": at least one index must be there"));
  if (axis < 0 || static_cast<size_t>(axis) + indices.size() > table.rank()) {
    return absl::InvalidArgumentError(absl::StrCat("too many indices for tensor of dimension ", table.rank()));
  }
  for (const TensorSpec& index : indices) {
    if (index.dtype != DType::kInt64) {
      return absl::InvalidArgumentError("tensors used as indices must be long, byte or bool tensors");
    }
    if (!(index.shape == indices[0].shape)) {
      return absl::InvalidArgumentError(absl::StrCat(op, ": the shapes of the indices differ (got ",
                                                     index.shape.ToString(), " and ", indices[0].shape.ToString(),
                                                     ")"));
    }
  }
  return absl::OkStatus();
}

Shape IndexedShape(int64_t axis, const Shape& table, absl::Span<const TensorSpec> indices) {
  const auto first = static_cast<size_t>(axis);
  Shape shape(table.extents().first(first));
  for (const int64_t extent : indices[0].shape) shape.push_back(extent);
  for (const int64_t extent : table.extents().subspan(first + indices.size())) shape.push_back(extent);
  return shape;
}

IndexWalk::IndexWalk(int64_t axis, const Shape& table, absl::Span<const TensorSpec> indices)
    : first_axis_(axis), n_(indices[0].numel()) {
  const auto first = static_cast<size_t>(axis);
  const size_t end = first + indices.size();
  outer_ = table.numel(0, first);
  outer_stride_ = table.numel(first, table.rank());
  block_ = table.numel(end, table.rank());
  for (size_t k = first; k < end; ++k) axes_.push_back({table[k], table.numel(k + 1, table.rank())});
}

}  // namespace moduled::nn
