#include "nn/layers/pad_forward.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

// What torch pads with other elements of the input: the last one to three axes, behind C or N and C.
absl::Status CheckRank(size_t axes, const Shape& shape) {
  if (axes >= 1 && axes <= 3 && (shape.rank() == axes + 1 || shape.rank() == axes + 2)) return absl::OkStatus();
  return absl::InvalidArgumentError("Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now");
}

// Mirrored and repeated borders leave something of each axis.
absl::Status CheckExtents(const Shape& shape, const PadOp::Attrs& attrs) {
  static constexpr absl::string_view kAxisNames[] = {"D", "H", "W"};
  for (size_t axis = std::max<size_t>(shape.rank(), 3) - 3; axis < shape.rank(); ++axis) {
    const __int128 out = static_cast<__int128>(shape[axis]) + attrs.begin[axis] + attrs.end[axis];
    if (shape[axis] == 0 || out > 0 || out < -shape[axis]) continue;  // The operator's to judge.
    const absl::string_view name = kAxisNames[axis + 3 - shape.rank()];
    return absl::InvalidArgumentError(absl::StrCat("input (", name, ": ", shape[axis],
                                                   ") is too small. Calculated output ", name, ": ",
                                                   static_cast<int64_t>(out)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Symbol> Pad(Trace& trace, Value input, absl::Span<const int64_t> padding, PadMode mode, double value) {
  const Shape& shape = trace.spec(input).shape;
  if (padding.size() % 2 != 0) return absl::InvalidArgumentError("Padding length must be divisible by 2");
  const size_t axes = padding.size() / 2;
  if (axes > shape.rank()) return absl::InvalidArgumentError("Padding length too large");
  if (mode != PadMode::kConstant) RETURN_IF_ERROR(CheckRank(axes, shape));
  const auto is_zero = [](int64_t count) { return count == 0; };
  if (std::all_of(padding.begin(), padding.end(), is_zero)) return input;
  PadOp::Attrs attrs = {.begin = std::vector<int64_t>(shape.rank()),
                        .end = std::vector<int64_t>(shape.rank()),
                        .mode = mode,
                        .value = value};
  for (size_t i = 0; i < axes; ++i) {
    attrs.begin[shape.rank() - 1 - i] = padding[2 * i];
    attrs.end[shape.rank() - 1 - i] = padding[2 * i + 1];
  }
  if (mode == PadMode::kReflect || mode == PadMode::kReplicate) RETURN_IF_ERROR(CheckExtents(shape, attrs));
  return trace.Apply<PadOp>(std::move(attrs), {input});
}

}  // namespace moduled::nn
