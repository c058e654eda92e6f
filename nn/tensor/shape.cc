#include "nn/tensor/shape.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace moduled::nn {

int64_t Shape::numel() const { return numel(0, rank()); }

int64_t Shape::numel(size_t first, size_t last) const {
  int64_t product = 1;
  for (size_t axis = first; axis < last; ++axis) product *= extents_[axis];
  return product;
}

absl::Status Shape::Check() const {
  if (rank() > kMaxRank) {
    return absl::InvalidArgumentError(
        absl::StrCat("shape: too many axes (got ", rank(), ", want at most ", kMaxRank, ")"));
  }
  // Zero extents count as one here, so that no order of the axes hides an overflow.
  int64_t product = 1;
  for (int64_t extent : extents_) {
    if (extent < 0) {
      return absl::InvalidArgumentError(absl::StrCat("shape: negative extent (got ", ToString(), ")"));
    }
    if (extent != 0 && __builtin_mul_overflow(product, extent, &product)) {
      return absl::InvalidArgumentError(absl::StrCat("shape: too many elements (got ", ToString(), ")"));
    }
  }
  return absl::OkStatus();
}

std::string Shape::ToString() const { return absl::StrCat("[", absl::StrJoin(extents_, ", "), "]"); }

absl::Status TensorSpec::Check() const {
  if (absl::Status status = shape.Check(); !status.ok()) return status;
  int64_t bytes = static_cast<int64_t>(SizeOf(dtype));
  for (int64_t extent : shape) {
    if (extent != 0 && __builtin_mul_overflow(bytes, extent, &bytes)) {
      return absl::InvalidArgumentError(absl::StrCat("shape: too many bytes (got ", ToString(), ")"));
    }
  }
  return absl::OkStatus();
}

std::string TensorSpec::ToString() const { return absl::StrCat(Name(dtype), shape.ToString()); }

}  // namespace moduled::nn
