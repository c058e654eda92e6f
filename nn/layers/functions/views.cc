#include "nn/layers/functions/views.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/layers/axes.h"
#include "nn/modules/argument_binder.h"
#include "nn/ops/expand.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// unsqueeze(input, dim)
absl::StatusOr<Symbol> Unsqueeze(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("unsqueeze", /*is_method=*/false, {{"input"}, {"dim"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const int64_t dim, bound.Int(1));
  const Shape& shape = trace.spec(input).shape;
  ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim, shape.rank() + 1));
  Shape wider(shape.extents().first(axis));
  wider.push_back(1);
  for (const int64_t extent : shape.extents().subspan(axis)) wider.push_back(extent);
  return ReshapeTo(trace, input, std::move(wider));
}

// squeeze(input, dim=None): dim is an int or, as from torch 2 on, ints
absl::StatusOr<Symbol> Squeeze(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("squeeze", /*is_method=*/false, {{"input"}, {"dim", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  const Shape& shape = trace.spec(input).shape;
  std::vector<int64_t> axes(shape.rank());
  std::iota(axes.begin(), axes.end(), int64_t{0});
  if (!bound.IsNone(1)) {
    ASSIGN_OR_RETURN(axes, bound.IntOrInts(1));
    ASSIGN_OR_RETURN(axes, NormalizeAxes(axes, shape.rank()));
  }
  Shape narrower;
  for (size_t axis = 0; axis < shape.rank(); ++axis) {
    const bool asked = std::find(axes.begin(), axes.end(), static_cast<int64_t>(axis)) != axes.end();
    if (!asked || shape[axis] != 1) narrower.push_back(shape[axis]);
  }
  return ReshapeTo(trace, input, std::move(narrower));
}

// unflatten(input, dim, sizes)
absl::StatusOr<Symbol> Unflatten(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("unflatten", /*is_method=*/false, {{"input"}, {"dim"}, {"sizes"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const int64_t dim, bound.Int(1));
  ASSIGN_OR_RETURN(const std::vector<int64_t> sizes, bound.Ints(2));
  const Shape& shape = trace.spec(input).shape;
  ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim, shape.rank()));
  if (sizes.empty()) return absl::InvalidArgumentError("unflatten: sizes must be non-empty");
  const int64_t extent = shape.rank() == 0 ? 1 : shape[axis];
  const absl::StatusOr<Shape> divided = ResolveShape(sizes, extent);
  if (!divided.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("unflatten: Provided sizes [", absl::StrJoin(sizes, ", "),
                                                   "] don't multiply up to the size of dim ", axis, " (", extent,
                                                   ") in the input tensor"));
  }
  Shape wider(shape.extents().first(axis));
  for (const int64_t part : *divided) wider.push_back(part);
  if (shape.rank() != 0) {
    for (const int64_t rest : shape.extents().subspan(axis + 1)) wider.push_back(rest);
  }
  return ReshapeTo(trace, input, std::move(wider));
}

absl::StatusOr<Symbol> ExpandTo(Trace& trace, Value input, Shape shape) {
  if (trace.spec(input).shape == shape) return input;
  return trace.Apply<ExpandOp>({.shape = std::move(shape)}, {input});
}

// expand(input, size): -1 keeps an extent
absl::StatusOr<Symbol> Expand(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("expand", /*is_method=*/false, {{"input"}, {"size"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(std::vector<int64_t> size, bound.Ints(1));
  const Shape& shape = trace.spec(input).shape;
  const size_t new_axes = size.size() - std::min(size.size(), shape.rank());
  for (size_t axis = 0; axis < size.size(); ++axis) {
    if (size[axis] != -1) continue;
    if (axis < new_axes) {
      return absl::InvalidArgumentError(absl::StrCat(
          "The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension ", axis));
    }
    if (axis - new_axes < shape.rank()) size[axis] = shape[axis - new_axes];
  }
  return ExpandTo(trace, input, Shape(size));
}

// expand_as(input, other)
absl::StatusOr<Symbol> ExpandAs(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("expand_as", /*is_method=*/false, {{"input"}, {"other"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const Value other, bound.Tensor(1));
  return ExpandTo(trace, input, trace.spec(other).shape);
}

// numel(input): an int
absl::StatusOr<Symbol> Numel(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("numel", /*is_method=*/false, {{"input"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  return Symbol(trace.spec(input).numel());
}

constexpr Function kFunctions[] = {
    {"unsqueeze", Unsqueeze}, {"squeeze", Squeeze},    {"unflatten", Unflatten},
    {"expand", Expand},       {"expand_as", ExpandAs}, {"numel", Numel},
};

}  // namespace

absl::Span<const Function> ViewFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
