#include "nn/ops/convolution/checks.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace moduled::nn {
namespace {

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

std::string List(absl::Span<const int64_t> values) { return absl::StrCat("[", absl::StrJoin(values, ", "), "]"); }

}  // namespace

absl::Status CheckPerAxis(absl::string_view name, absl::Span<const int64_t> numbers, size_t axes, int64_t least,
                          absl::string_view complaint) {
  if (numbers.size() != axes) {
    return Invalid(absl::StrCat("expected ", name, " to be a single integer value or a list of ", axes,
                                " values to match the convolution dimensions, but got ", name, "=", List(numbers)));
  }
  if (std::all_of(numbers.begin(), numbers.end(), [&](int64_t number) { return number >= least; })) {
    return absl::OkStatus();
  }
  return Invalid(absl::StrCat(complaint, name == "dilation" ? absl::StrCat(", but got ", List(numbers)) : ""));
}

absl::Status CheckWeightGroups(int64_t groups, const Shape& weight) {
  const std::string given = absl::StrCat("Given groups=", groups, ", ");
  if (weight[0] < groups) {
    return Invalid(absl::StrCat(given, "expected weight to be at least ", groups,
                                " at dimension 0, but got weight of size ", weight.ToString(), " instead"));
  }
  if (weight[0] % groups != 0) {
    return Invalid(absl::StrCat(given, "expected weight to be divisible by ", groups,
                                " at dimension 0, but got weight of size [", weight.ToString(), "] instead"));
  }
  return absl::OkStatus();
}

absl::Status CheckConvolutionExtents(const Shape& x, const Shape& weight) {
  for (size_t i = 2; i < x.rank(); ++i) {
    if (weight[i] <= 0) {
      return Invalid(
          absl::StrCat("kernel size should be greater than zero, but got weight of size ", weight.ToString()));
    }
    if (x[i] <= 0) {
      return Invalid(
          absl::StrCat("Only zero batch or zero channel inputs are supported, but got input shape: ", x.ToString()));
    }
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
