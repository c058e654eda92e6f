#include "nn/ops/matrix/checks.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/ops/checks.h"

namespace moduled::nn {

absl::Status CheckProductTypes(absl::string_view implementation, absl::Span<const TensorSpec> in) {
  for (const TensorSpec& spec : in) {
    if (spec.dtype == in[0].dtype) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("expected scalar type ", ScalarName(in[0].dtype), " but found ", ScalarName(spec.dtype)));
  }
  return CheckDType(implementation, in[0].dtype, kComputedNumbers);
}

absl::Status CheckNoScalars(absl::Span<const TensorSpec> in) {
  if (std::none_of(in.begin(), in.end(), [](const TensorSpec& spec) { return spec.shape.empty(); })) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("both arguments to matmul need to be at least 1D, but they are ",
                                                 in[0].shape.rank(), "D and ", in[1].shape.rank(), "D"));
}

absl::Status NotMultipliable(int64_t rows, int64_t k, int64_t b_rows, int64_t columns) {
  return absl::InvalidArgumentError(
      absl::StrCat("mat1 and mat2 shapes cannot be multiplied (", rows, "x", k, " and ", b_rows, "x", columns, ")"));
}

}  // namespace moduled::nn
