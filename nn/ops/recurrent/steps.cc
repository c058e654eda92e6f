#include "nn/ops/recurrent/steps.h"

#include "absl/strings/str_cat.h"

namespace moduled::nn {

absl::Status CheckBatchSizes(const RecurrentSizes& sizes, const int64_t* batch_sizes) {
  int64_t rows = 0;
  int64_t previous = sizes.batch;
  for (int64_t i = 0; i < sizes.steps; ++i) {
    const int64_t size = batch_sizes[i];
    if (size <= 0 || size > previous || (i == 0 && size != sizes.batch)) {
      return absl::InvalidArgumentError(absl::StrCat("batch_sizes: element ", i, " is out of range (got ", size,
                                                     ", want ", i == 0 ? "" : "1 to ", previous, ")"));
    }
    previous = size;
    rows += size;  // No overflow: each is at most the batch, and it stops at the first sum that is too large.
    if (rows > sizes.rows) break;
  }
  if (rows == sizes.rows) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("batch_sizes: their sum is not the number of rows of data (want ", sizes.rows, ")"));
}

}  // namespace moduled::nn
