#include "nn/ops/pooling/window.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

// "kH: 2 kW: 0": torch names the axes T, H and W.
std::string ByAxis(absl::string_view prefix, absl::Span<const int64_t> numbers) {
  static constexpr absl::string_view kAxisNames[] = {"T", "H", "W"};
  std::vector<std::string> texts;
  for (size_t i = 0; i < numbers.size(); ++i) {
    texts.push_back(absl::StrCat(prefix, kAxisNames[kMaxWindowAxes - numbers.size() + i], ": ", numbers[i]));
  }
  return absl::StrJoin(texts, " ");
}

absl::Status CheckCounts(absl::string_view op, const PoolWindow& window) {
  const size_t axes = window.kernel.size();
  if (axes < 1 || axes > kMaxWindowAxes) {
    return Invalid(absl::StrCat(op, ": wrong number of spatial axes (got ", axes, ", want 1 to 3)"));
  }
  const std::pair<absl::string_view, size_t> counts[] = {
      {"stride", window.stride.size()}, {"padding", window.padding.size()}, {"dilation", window.dilation.size()}};
  for (const auto& [name, count] : counts) {
    if (count != axes) {
      return Invalid(absl::StrCat(op, ": wrong number of entries of ", name, " (got ", count, ", want ", axes, ")"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPositive(absl::string_view what, absl::string_view prefix, absl::Span<const int64_t> numbers) {
  if (std::all_of(numbers.begin(), numbers.end(), [](int64_t number) { return number > 0; })) return absl::OkStatus();
  return Invalid(absl::StrCat(what, " should be greater than zero, but got ", ByAxis(prefix, numbers)));
}

absl::Status CheckPadding(int64_t padding, int64_t kernel, int64_t dilation) {
  if (padding < 0) return Invalid(absl::StrCat("pad must be non-negative, but got pad: ", padding));
  const __int128 extent = static_cast<__int128>(kernel - 1) * dilation + 1;
  if (padding <= extent / 2) return absl::OkStatus();
  return Invalid(absl::StrCat("pad should be at most half of effective kernel size, but got pad=", padding,
                              ", kernel_size=", kernel, " and dilation=", dilation));
}

absl::Status CheckNumbers(const PoolWindow& window) {
  RETURN_IF_ERROR(CheckPositive("kernel size", "k", window.kernel));
  if (std::find(window.stride.begin(), window.stride.end(), 0) != window.stride.end()) {
    return Invalid("stride should not be zero");
  }
  RETURN_IF_ERROR(CheckPositive("stride", "d", window.stride));
  RETURN_IF_ERROR(CheckPositive("dilation", "dilation", window.dilation));
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    RETURN_IF_ERROR(CheckPadding(window.padding[i], window.kernel[i], window.dilation[i]));
  }
  return absl::OkStatus();
}

WindowAxis AxisOf(const PoolWindow& window, size_t i, int64_t in) {
  return {.in = in,
          .kernel = window.kernel[i],
          .stride = window.stride[i],
          .dilation = window.dilation[i],
          .padding_begin = window.padding[i],
          .padding_end = window.padding[i]};
}

}  // namespace

absl::Status WrongRankOf1d(absl::string_view function, const Shape& x) {
  return Invalid(absl::StrCat("Expected 2 to 3 dimensions, but got ", x.rank(),
                              "-dimensional tensor for argument #1 'self' (while checking arguments for ", function,
                              ")"));
}

absl::Status CheckPoolInput(size_t axes, const Shape& x) {
  const bool full = x.rank() == axes + 2 && std::none_of(x.begin() + 1, x.end(), [](int64_t n) { return n == 0; });
  if (full) return absl::OkStatus();
  return Invalid(
      absl::StrCat("Expected ", axes + 1, "D or ", axes + 2,
                   "D (batch mode) tensor with optional 0 dim batch size for input, but got:", x.ToString()));
}

absl::StatusOr<Shape> InferPooledShape(absl::string_view op, const PoolWindow& window, const Shape& x) {
  RETURN_IF_ERROR(CheckCounts(op, window));
  RETURN_IF_ERROR(CheckNumbers(window));
  RETURN_IF_ERROR(CheckPoolInput(window.kernel.size(), x));
  Shape y = {x[0], x[1]};
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    ASSIGN_OR_RETURN(const int64_t count, CountWindows(AxisOf(window, i, x[i + 2]), window.rounding));
    y.push_back(count);
  }
  if (std::any_of(y.begin() + 2, y.end(), [](int64_t count) { return count < 1; })) {
    return Invalid(absl::StrCat("Given input size: (", absl::StrJoin(x.begin() + 1, x.end(), "x"),
                                "). Calculated output size: (", absl::StrJoin(y.begin() + 1, y.end(), "x"),
                                "). Output size is too small"));
  }
  return y;
}

WindowAxes MakePoolAxes(const PoolWindow& window, const Shape& x, const Shape& y) {
  WindowAxes axes;
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    WindowAxis& axis = axes[kMaxWindowAxes - window.kernel.size() + i];
    axis = AxisOf(window, i, x[i + 2]);
    axis.out = y[i + 2];
  }
  return axes;
}

}  // namespace moduled::nn
