#include "nn/ops/lookup/table.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace moduled::nn {
namespace {

template <class T>
double NormOf(double p, const T* row, int64_t columns) {
  double sum = 0, greatest = 0;
  for (int64_t i = 0; i < columns; ++i) {
    const double magnitude = std::fabs(static_cast<double>(row[i]));
    sum += p == 2 ? magnitude * magnitude : p == 1 ? magnitude : std::isinf(p) ? 0 : std::pow(magnitude, p);
    greatest = std::max(greatest, magnitude);
  }
  if (std::isinf(p)) return greatest;
  return p == 2 ? std::sqrt(sum) : p == 1 ? sum : std::pow(sum, 1 / p);
}

}  // namespace

absl::Status CheckTable(const TensorSpec& table) {
  if (table.shape.rank() != 2) return absl::InvalidArgumentError("'weight' must be 2-D");
  return absl::OkStatus();
}

absl::Status CheckIndexType(absl::string_view function, const TensorSpec& indices) {
  if (indices.dtype == DType::kInt64 || indices.dtype == DType::kInt32) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.",
      ScalarName(indices.dtype), "Tensor instead (while checking arguments for ", function, ")"));
}

template <class T>
double RowScale(const MaxNorm& limit, const T* row, int64_t columns) {
  if (!limit.max_norm.has_value()) return 1;
  const double norm = NormOf(limit.norm_type, row, columns);
  return norm > *limit.max_norm ? *limit.max_norm / (norm + 1e-7) : 1;  // torch's divisor.
}

template double RowScale(const MaxNorm& limit, const float* row, int64_t columns);
template double RowScale(const MaxNorm& limit, const double* row, int64_t columns);

}  // namespace moduled::nn
