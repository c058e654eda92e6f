#include "nn/ops/lookup/bags.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/ops/checks.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::Status Bags::Check(const int64_t* indices, const int64_t* offsets, int64_t rows) const {
  if (offsets_ > 0 && offsets[0] != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. "
                     "However, got ",
                     offsets[0]));
  }
  if (offsets_ > 0 && offsets[offsets_ - 1] > n_) {
    return absl::InvalidArgumentError(absl::StrCat("offsets[-1] can not be greater than input's length ", n_,
                                                   " but got offsets[-1] of ", offsets[offsets_ - 1]));
  }
  if (!std::is_sorted(offsets, offsets + offsets_)) {
    return absl::InvalidArgumentError("embedding_bag: offsets must not decrease");
  }
  for (int64_t i = 0; i < n_; ++i) {
    if (indices[i] >= 0 && indices[i] < rows) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("embedding_bag: Expected idx >= 0 && idx < num_embeddings but found idx to be ", indices[i]));
  }
  return absl::OkStatus();
}

absl::Status CheckBagSpecs(const TensorSpec& indices, const TensorSpec& offsets, bool include_last_offset) {
  RETURN_IF_ERROR(CheckDType("embedding_bag", indices.dtype, {DType::kInt64}));
  RETURN_IF_ERROR(CheckDType("embedding_bag", offsets.dtype, {DType::kInt64}));
  if (indices.shape.rank() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("input has to be 1D or 2D Tensor, but got Tensor of dimension ", indices.shape.rank()));
  }
  if (offsets.shape.rank() != 1) return absl::InvalidArgumentError("offsets has to be a 1D Tensor");
  if (include_last_offset && offsets.shape[0] == 0) {
    return absl::InvalidArgumentError("include_last_offset: number of offset should be at least 1");
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
