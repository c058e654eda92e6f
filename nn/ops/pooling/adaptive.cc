#include "nn/ops/pooling/adaptive.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/ops/pooling/window.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status CheckOutputSize(absl::string_view op, absl::Span<const int64_t> size) {
  if (size.empty() || size.size() > kMaxWindowAxes) {
    return absl::InvalidArgumentError(
        absl::StrCat(op, ": wrong number of spatial axes (got ", size.size(), ", want 1 to 3)"));
  }
  if (std::all_of(size.begin(), size.end(), [](int64_t n) { return n >= 0; })) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(op, size.size(),
                                                 "d: elements of output_size must be greater than or equal to 0 ",
                                                 "but received {", absl::StrJoin(size, ", "), "}"));
}

absl::Status CheckInput(absl::string_view op, size_t axes, const Shape& x) {
  const std::string name = absl::StrCat(op, axes, "d(): ");
  if (axes == 1 && x.rank() != 3) return WrongRankOf1d(absl::StrCat(op, "1d"), x);
  if (x.rank() != axes + 2) {
    return absl::InvalidArgumentError(absl::StrCat(name, "Expected ", axes + 1, "D or ", axes + 2, "D tensor, but got",
                                                   op == "adaptive_max_pool" ? ": " : " ", x.ToString()));
  }
  for (size_t axis = 1; axis < x.rank(); ++axis) {
    if (x[axis] != 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(name, "Expected input to have non-zero size for non-batch dimensions, but input has sizes ",
                     x.ToString(), " with dimension ", axis, " being empty"));
  }
  return absl::OkStatus();
}

}  // namespace

Divisions::Divisions(absl::Span<const int64_t> output_size, const Shape& x) {
  const size_t missing = kMaxWindowAxes - output_size.size();
  for (size_t i = 0; i < output_size.size(); ++i) axes[missing + i] = {x[i + 2], output_size[i]};
}

absl::StatusOr<Shape> InferAdaptiveShape(absl::string_view op, absl::Span<const int64_t> output_size, const Shape& x) {
  RETURN_IF_ERROR(CheckOutputSize(op, output_size));
  RETURN_IF_ERROR(CheckInput(op, output_size.size(), x));
  Shape y = {x[0], x[1]};
  for (const int64_t n : output_size) y.push_back(n);
  RETURN_IF_ERROR(y.Check());
  return y;
}

}  // namespace moduled::nn
