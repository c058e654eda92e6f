#include "nn/ops/checks.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace moduled::nn {

absl::Status CheckInputCount(absl::string_view op, absl::Span<const TensorSpec> in, size_t want) {
  if (in.size() == want) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(op, ": wrong number of inputs (got ", in.size(), ", want ", want, ")"));
}

absl::Status CheckDType(absl::string_view implementation, DType dtype, const DTypeSet& implemented) {
  if (implemented.Contains(dtype)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("\"", implementation, "\" not implemented for '", ScalarName(dtype), "'"));
}

absl::Status CheckSameDType(absl::string_view op, absl::Span<const TensorSpec> in) {
  for (const TensorSpec& spec : in) {
    if (spec.dtype == in[0].dtype) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(op, ": the inputs' types differ (got ", Name(spec.dtype), ", want ", Name(in[0].dtype), ")"));
  }
  return absl::OkStatus();
}

absl::Status CheckAxis(int64_t axis, size_t rank) {
  const int64_t axes = std::max<int64_t>(1, static_cast<int64_t>(rank));
  if (axis >= 0 && axis < axes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Dimension out of range (expected to be in range of [", -axes, ", ",
                                                 axes - 1, "], but got ", axis, ")"));
}

}  // namespace moduled::nn
