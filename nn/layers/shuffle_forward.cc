#include "nn/layers/shuffle_forward.h"

#include <initializer_list>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/ops/permute.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

// Splits the axes behind the first `kept` ones into `split`, permutes what was split, and merges it to `merged`.
absl::StatusOr<Symbol> Rearrange(Trace& trace, Value input, size_t kept, std::initializer_list<int64_t> split,
                                 std::initializer_list<int64_t> order, std::initializer_list<int64_t> merged) {
  const Shape shape = trace.spec(input).shape;
  const auto behind_kept = [&](std::initializer_list<int64_t> extents) {
    Shape whole(shape.extents().first(kept));
    for (const int64_t extent : extents) whole.push_back(extent);
    return whole;
  };
  std::vector<int64_t> axes;
  for (size_t axis = 0; axis < kept; ++axis) axes.push_back(static_cast<int64_t>(axis));
  for (const int64_t axis : order) axes.push_back(static_cast<int64_t>(kept) + axis);
  ASSIGN_OR_RETURN(const Value apart, ReshapeTo(trace, input, behind_kept(split)));
  ASSIGN_OR_RETURN(const Value permuted, trace.Apply<PermuteOp>({.axes = std::move(axes)}, {apart}));
  return ReshapeTo(trace, permuted, behind_kept(merged));
}

// What torch checks of both pixel_shuffle and its inverse.
absl::Status CheckImage(absl::string_view function, absl::string_view name, const Shape& shape, int64_t factor) {
  if (shape.rank() < 3) {
    return Invalid(absl::StrCat(function, " expects input to have at least 3 dimensions, but got input with ",
                                shape.rank(), " dimension(s)"));
  }
  if (factor > 0) return absl::OkStatus();
  return Invalid(absl::StrCat(function, " expects a positive ", name, ", but got ", factor));
}

}  // namespace

absl::StatusOr<Symbol> PixelShuffle(Trace& trace, Value input, int64_t upscale_factor) {
  const Shape shape = trace.spec(input).shape;
  const int64_t r = upscale_factor;
  RETURN_IF_ERROR(CheckImage("pixel_shuffle", "upscale_factor", shape, r));
  const int64_t channels = shape.At(-3), rows = shape.At(-2), columns = shape.At(-1);
  // Of what does not fit, no number of channels but 0 is a multiple, and of 0 nothing is left to shuffle.
  int64_t square = 0;
  if (__builtin_mul_overflow(r, r, &square)) square = std::numeric_limits<int64_t>::max();
  if (channels % square != 0) {
    return Invalid(
        absl::StrCat("pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of "
                     "upscale_factor, but input.size(-3)=",
                     channels, " is not divisible by ", static_cast<int64_t>(square)));
  }
  RETURN_IF_ERROR((Shape{rows, r}).Check());
  RETURN_IF_ERROR((Shape{columns, r}).Check());
  const int64_t out = channels / square;
  return Rearrange(trace, input, shape.rank() - 3, {out, r, r, rows, columns}, {0, 3, 1, 4, 2},
                   {out, rows * r, columns * r});
}

absl::StatusOr<Symbol> PixelUnshuffle(Trace& trace, Value input, int64_t downscale_factor) {
  const Shape shape = trace.spec(input).shape;
  const int64_t r = downscale_factor;
  RETURN_IF_ERROR(CheckImage("pixel_unshuffle", "downscale_factor", shape, r));
  const int64_t channels = shape.At(-3), rows = shape.At(-2), columns = shape.At(-1);
  const auto check = [r](absl::string_view name, int64_t axis, int64_t extent) {
    if (extent % r == 0) return absl::OkStatus();
    return Invalid(absl::StrCat("pixel_unshuffle expects ", name,
                                " to be divisible by downscale_factor, but input.size(", axis, ")=", extent,
                                " is not divisible by ", r));
  };
  RETURN_IF_ERROR(check("height", -2, rows));
  RETURN_IF_ERROR(check("width", -1, columns));
  RETURN_IF_ERROR((Shape{channels, r, r}).Check());
  return Rearrange(trace, input, shape.rank() - 3, {channels, rows / r, r, columns / r, r}, {0, 2, 4, 1, 3},
                   {channels * r * r, rows / r, columns / r});
}

absl::StatusOr<Symbol> ChannelShuffle(Trace& trace, Value input, int64_t groups) {
  const Shape shape = trace.spec(input).shape;
  if (shape.rank() <= 2) {
    return Invalid(
        absl::StrCat("channel_shuffle expects input with > 2 dims, but got input with sizes ", shape.ToString()));
  }
  if (groups <= 0) {
    return Invalid(absl::StrCat("Number of groups to divide channels in must be positive. Value of groups:", groups));
  }
  if (shape[1] % groups != 0) {
    return Invalid(absl::StrCat("Number of channels must be divisible by groups. Got ", shape[1], " channels and ",
                                groups, " groups."));
  }
  const int64_t inner = shape.numel(2, shape.rank());
  ASSIGN_OR_RETURN(const Symbol shuffled,
                   Rearrange(trace, input, 1, {groups, shape[1] / groups, inner}, {1, 0, 2}, {shape[1], inner}));
  return ReshapeTo(trace, *shuffled.As<Value>(), shape);
}

}  // namespace moduled::nn
