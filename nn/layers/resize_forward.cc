#include "nn/layers/resize_forward.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/layers/pool_forward.h"
#include "nn/modules/python_text.h"
#include "nn/ops/interpolate.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

// A mode of torch's: how it resizes, and which rank its name speaks of.
struct Mode {
  absl::string_view name;
  Interpolation interpolation;
  size_t axes;        // 0: any number.
  bool interpolates;  // Takes align_corners.
  bool anti_aliases;
};
constexpr Mode kModes[] = {
    {"nearest", Interpolation::kNearest, 0, false, false},
    {"nearest-exact", Interpolation::kNearestExact, 0, false, false},
    {"linear", Interpolation::kLinear, 1, true, false},
    {"bilinear", Interpolation::kLinear, 2, true, true},
    {"bicubic", Interpolation::kCubic, 2, true, true},
    {"trilinear", Interpolation::kLinear, 3, true, false},
};
constexpr absl::string_view kArea = "area";  // Means over parts: no interpolation.

const Mode* FindMode(absl::string_view name) {
  for (const Mode& mode : kModes) {
    if (mode.name == name) return &mode;
  }
  return nullptr;
}

absl::Status CheckMode(const ResizeOptions& options, const Mode* mode, size_t rank) {
  const bool known = mode != nullptr || options.mode == kArea;
  const bool fits = mode == nullptr || mode->axes == 0 || rank == mode->axes + 2;
  if (known && fits && rank >= 3 && rank <= 5) return absl::OkStatus();
  if (known && options.mode != "bicubic" && rank >= 3 && rank <= 5) {
    return Invalid(
        absl::StrCat("Got ", rank, "D input, but ", options.mode, " mode needs ", mode->axes + 2, "D input"));
  }
  return Invalid(absl::StrCat("Input Error: Only 3D, 4D and 5D input Tensors supported (got ", rank,
                              "D) for the modes: nearest | linear | bilinear | bicubic | trilinear | area | "
                              "nearest-exact (got ",
                              options.mode, ")"));
}

// What torch checks before it looks at the mode.
absl::Status CheckOptions(const ResizeOptions& options, const Mode* mode) {
  const bool takes_corners = options.mode != kArea && (mode == nullptr || mode->interpolates);
  if (options.align_corners.has_value() && !takes_corners) {
    return Invalid(
        "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear");
  }
  if (!options.size.empty() && !options.scale_factor.empty()) {
    return Invalid("only one of size or scale_factor should be defined");
  }
  if (options.size.empty() && options.scale_factor.empty()) {
    return Invalid("either size or scale_factor should be defined");
  }
  if (options.recompute_scale_factor && !options.size.empty()) {
    return Invalid("recompute_scale_factor is not meaningful with an explicit size.");
  }
  return absl::OkStatus();
}

// One number for each of the axes behind [N, C].
template <class T>
absl::StatusOr<std::vector<T>> PerAxis(const Shape& shape, const std::vector<T>& numbers, absl::string_view name,
                                       absl::string_view text, absl::string_view letter) {
  const size_t axes = shape.rank() < 2 ? 0 : shape.rank() - 2;
  if (numbers.size() == 1) return std::vector<T>(axes, numbers.front());
  if (numbers.size() == axes) return numbers;
  return Invalid(absl::StrCat(
      "Input and ", name,
      " must have the same number of spatial dimensions, but got input with spatial dimensions of [",
      absl::StrJoin(shape.extents().subspan(shape.rank() - axes), ", "), "] and ", text,
      ". Please provide input tensor in (N, C, d1, d2, ...,dK) format and ", name == "output" ? "output size" : name,
      " in (", letter, "1, ", letter, "2, ...,", letter, "K) format."));
}

std::string FactorsRepr(const std::vector<double>& factors) {
  return absl::StrCat(
      "(", absl::StrJoin(factors, ", ", [](std::string* out, double factor) { *out += FloatRepr(factor); }), ")");
}

// Extents times factors, rounded down, or to zero where torch leaves it to C++.
absl::StatusOr<std::vector<int64_t>> ScaledSize(const Shape& shape, const std::vector<double>& factors, bool floor) {
  std::vector<int64_t> size;
  for (size_t i = 0; i < factors.size(); ++i) {
    const double extent = static_cast<double>(shape[i + 2]) * factors[i];
    if (!(extent > -0x1p62 && extent < 0x1p62)) {
      return Invalid(absl::StrCat("scale_factor: out of range (got ", FloatRepr(factors[i]), ")"));
    }
    size.push_back(static_cast<int64_t>(floor ? std::floor(extent) : extent));
  }
  return size;
}

}  // namespace

absl::StatusOr<Symbol> Resize(Trace& trace, Value input, const ResizeOptions& options) {
  const Shape shape = trace.spec(input).shape;
  const Mode* mode = FindMode(options.mode);
  RETURN_IF_ERROR(CheckOptions(options, mode));
  std::vector<int64_t> size;
  std::vector<double> factors;
  const bool recompute = options.recompute_scale_factor || options.mode == kArea;
  if (!options.size.empty()) {
    const std::string text = absl::StrCat("output size of ", TupleRepr(options.size));
    ASSIGN_OR_RETURN(size, PerAxis(shape, options.size, "output", text, "o"));
  } else {
    const std::string text = absl::StrCat("scale_factor of shape ", FactorsRepr(options.scale_factor));
    ASSIGN_OR_RETURN(factors, PerAxis(shape, options.scale_factor, "scale_factor", text, "s"));
    ASSIGN_OR_RETURN(size, ScaledSize(shape, factors, recompute));
    if (recompute) factors.clear();
  }
  if (options.antialias && !(mode != nullptr && mode->anti_aliases && shape.rank() == 4)) {
    return Invalid("Anti-alias option is only supported for bilinear and bicubic modes");
  }
  RETURN_IF_ERROR(CheckMode(options, mode, shape.rank()));
  if (options.mode == kArea) return AdaptiveAvgPool(trace, input, std::move(size));
  InterpolateOp::Attrs attrs = {.mode = mode->interpolation,
                                .align_corners = options.align_corners.value_or(false),
                                .antialias = options.antialias,
                                .output_size = std::move(size)};
  for (const double factor : factors) attrs.scale.push_back(factor > 0 ? 1 / factor : 0);
  return trace.Apply<InterpolateOp>(std::move(attrs), {input});
}

}  // namespace moduled::nn
