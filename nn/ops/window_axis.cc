#include "nn/ops/window_axis.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"

namespace moduled::nn {
namespace {

int64_t FloorDivide(int64_t a, int64_t positive) { return a >= 0 ? a / positive : -((-a - 1) / positive + 1); }

// What lacks more room than this lacks it all the same.
constexpr int64_t kLeastRoom = std::numeric_limits<int64_t>::min() / 2;

}  // namespace

WindowAxis::Range WindowAxis::OutputsOf(int64_t tap) const {
  const int64_t offset = tap * dilation - padding_begin;
  const int64_t begin = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
  const int64_t end = offset >= in ? 0 : std::min(out, (in - 1 - offset) / stride + 1);
  return {begin, std::max(begin, end)};
}

WindowAxis::Range WindowAxis::TapsOf(int64_t o) const {
  const int64_t start = Position(o, 0);
  const int64_t begin = start >= 0 ? 0 : (-start + dilation - 1) / dilation;
  const int64_t end = start >= in ? 0 : std::min(kernel, (in - 1 - start) / dilation + 1);
  return {begin, std::max(begin, end)};
}

absl::StatusOr<int64_t> CountWindows(const WindowAxis& axis, WindowRounding rounding) {
  using Wide = __int128;
  const Wide padded = Wide{axis.in} + axis.padding_begin + axis.padding_end;
  const Wide extent = Wide{axis.kernel - 1} * axis.dilation + 1;
  // No position, rounded up or not, is larger than this sum.
  if (padded + extent + axis.stride > std::numeric_limits<int64_t>::max()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a window is too large (got input ", axis.in, ", kernel ", axis.kernel, ", stride ", axis.stride, ", dilation ",
        axis.dilation, ", padding ", axis.padding_begin, " and ", axis.padding_end, ", want positions of 64 bits)"));
  }
  const bool up = rounding == WindowRounding::kUp;
  const auto least_room = static_cast<int64_t>(std::max(padded - extent, Wide{kLeastRoom}));
  const int64_t room = least_room + (up ? axis.stride - 1 : 0);
  int64_t count = FloorDivide(room, axis.stride) + 1;
  if (up && (count - 1) * axis.stride >= axis.in + axis.padding_begin) --count;
  return count;
}

}  // namespace moduled::nn
