#include "nn/layers/functions/selection.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/layers/functions/reduced_dims.h"
#include "nn/layers/rearrange.h"
#include "nn/modules/argument_binder.h"
#include "nn/ops/cumsum.h"
#include "nn/ops/extremum.h"
#include "nn/ops/gather.h"
#include "nn/ops/slice.h"
#include "nn/ops/sort.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// An operator with two outputs, applied.
template <Operator T>
absl::StatusOr<std::vector<Value>> ApplyPair(Trace& trace, typename T::Attrs attrs, Value input) {
  return trace.Apply(Op::Of<T>(std::move(attrs)), {input});
}

Symbol AsTuple(const std::vector<Value>& values) { return Symbol::Tuple{{values.begin(), values.end()}}; }

// A tensor whose axes are reduced as one, the last: the others keep their order.
absl::StatusOr<Value> GatherAxes(Trace& trace, Value input, const std::vector<int64_t>& axes) {
  const Shape shape = trace.spec(input).shape;
  std::vector<int64_t> order;
  Shape outer;
  int64_t count = 1;
  for (size_t axis = 0; axis < shape.rank(); ++axis) {
    if (std::find(axes.begin(), axes.end(), static_cast<int64_t>(axis)) != axes.end()) {
      count *= shape[axis];
    } else {
      order.push_back(static_cast<int64_t>(axis));
      outer.push_back(shape[axis]);
    }
  }
  order.insert(order.end(), axes.begin(), axes.end());
  outer.push_back(count);
  ASSIGN_OR_RETURN(const Value moved, PermuteAxes(trace, input, std::move(order)));
  return ReshapeTo(trace, moved, std::move(outer));
}

absl::Status RefuseEmpty(absl::string_view function) {
  return absl::InvalidArgumentError(absl::StrCat(function,
                                                 "(): Expected reduction dim to be specified for input.numel() == 0. "
                                                 "Specify the reduction dim with the 'dim' argument."));
}

// The greatest or smallest element over several axes; equal ones share the gradient.
absl::StatusOr<Value> Extreme(Trace& trace, absl::string_view function, Value input, const ReducedAxes& reduced,
                              bool smallest) {
  const Shape shape = trace.spec(input).shape;
  ASSIGN_OR_RETURN(Shape result, ReducedShape(reduced, shape));
  ASSIGN_OR_RETURN(const Value rows, GatherAxes(trace, input, reduced.axes));
  const Shape& gathered = trace.spec(rows).shape;
  if (gathered.At(-1) == 0) return RefuseEmpty(function);
  const ExtremumOp::Attrs attrs = {
      .axis = static_cast<int64_t>(gathered.rank()) - 1, .smallest = smallest, .shared = true};
  ASSIGN_OR_RETURN(const std::vector<Value> outputs, ApplyPair<ExtremumOp>(trace, attrs, rows));
  return ReshapeTo(trace, outputs[0], std::move(result));
}

// max(input), or max(input, dim, keepdim=False): the elements and their indices
template <bool kSmallest>
absl::StatusOr<Symbol> Max(Trace& trace, const Arguments& arguments) {
  const absl::string_view name = kSmallest ? "min" : "max";
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(std::string(name), /*is_method=*/false,
                                        {{"input"}, {"dim", kOptional}, {"keepdim", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  const Shape shape = trace.spec(input).shape;
  if (bound.IsNone(1)) {
    return Extreme(trace, name, input, {.axes = AllAxes(shape.rank())}, kSmallest);
  }
  ASSIGN_OR_RETURN(const int64_t dim, bound.Int(1));
  ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim, shape.rank()));
  ASSIGN_OR_RETURN(const bool keepdim, bound.Bool(2, false));
  ASSIGN_OR_RETURN(std::vector<Value> outputs,
                   ApplyPair<ExtremumOp>(trace, {.axis = axis, .smallest = kSmallest}, input));
  for (Value& output : outputs) {
    if (!keepdim) break;
    ASSIGN_OR_RETURN(output, ReshapeTo(trace, output, KeptShape({.axes = {axis}}, shape)));
  }
  return AsTuple(outputs);
}

// amax(input, dim=(), keepdim=False), amin(input, dim=(), keepdim=False)
template <bool kSmallest>
absl::StatusOr<Symbol> Amax(Trace& trace, const Arguments& arguments) {
  const absl::string_view name = kSmallest ? "amin" : "amax";
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(std::string(name), /*is_method=*/false,
                                        {{"input"}, {"dim", kOptional}, {"keepdim", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const ReducedAxes reduced, ReadReducedAxes(bound, 1, 2, trace.spec(input).shape.rank()));
  return Extreme(trace, name, input, reduced, kSmallest);
}

// argmax(input, dim=None, keepdim=False), argmin(input, dim=None, keepdim=False)
template <bool kSmallest>
absl::StatusOr<Symbol> Argmax(Trace& trace, const Arguments& arguments) {
  const absl::string_view name = kSmallest ? "argmin" : "argmax";
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind(std::string(name), /*is_method=*/false,
                                        {{"input"}, {"dim", kOptional}, {"keepdim", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  const Shape shape = trace.spec(input).shape;
  ReducedAxes reduced = {.axes = AllAxes(shape.rank())};
  ASSIGN_OR_RETURN(reduced.keepdim, bound.Bool(2, false));
  Value row = input;
  int64_t axis = 0;
  if (bound.IsNone(1)) {
    if (shape.numel() == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, "(): Expected reduction dim to be specified for input.numel() == 0."));
    }
    ASSIGN_OR_RETURN(row, ReshapeTo(trace, input, {shape.numel()}));
  } else {
    ASSIGN_OR_RETURN(const int64_t dim, bound.Int(1));
    ASSIGN_OR_RETURN(axis, NormalizeAxis(dim, shape.rank()));
    reduced.axes = {axis};
  }
  ASSIGN_OR_RETURN(Shape result, ReducedShape(reduced, shape));
  ASSIGN_OR_RETURN(const std::vector<Value> outputs,
                   ApplyPair<ExtremumOp>(trace, {.axis = axis, .smallest = kSmallest}, row));
  return ReshapeTo(trace, outputs[1], std::move(result));
}

// sort(input, dim=-1, descending=False): the elements and their indices. Equal ones keep their order.
absl::StatusOr<Symbol> Sort(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("sort", /*is_method=*/false,
                                        {{"input"}, {"dim", kOptional}, {"descending", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const int64_t dim, bound.Int(1, -1));
  ASSIGN_OR_RETURN(const bool descending, bound.Bool(2, false));
  ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim, trace.spec(input).shape.rank()));
  ASSIGN_OR_RETURN(const std::vector<Value> outputs,
                   ApplyPair<SortOp>(trace, {.axis = axis, .descending = descending}, input));
  return AsTuple(outputs);
}

// argsort(input, dim=-1, descending=False)
absl::StatusOr<Symbol> Argsort(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const Symbol sorted, Sort(trace, arguments));
  return (*sorted.Items())[1];
}

// topk(input, k, dim=-1, largest=True): the first k of the sorted elements, and their indices
absl::StatusOr<Symbol> Topk(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("topk", /*is_method=*/false,
                                        {{"input"}, {"k"}, {"dim", kOptional}, {"largest", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const int64_t k, bound.Int(1));
  ASSIGN_OR_RETURN(const int64_t dim, bound.Int(2, -1));
  ASSIGN_OR_RETURN(const bool largest, bound.Bool(3, true));
  const Shape shape = trace.spec(input).shape;
  ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim, shape.rank()));
  if (k < 0 || k > (shape.empty() ? 1 : shape[axis])) {
    return absl::InvalidArgumentError("selected index k out of range");
  }
  ASSIGN_OR_RETURN(std::vector<Value> outputs, ApplyPair<SortOp>(trace, {.axis = axis, .descending = largest}, input));
  for (Value& output : outputs) {
    if (shape.empty() || k == shape[axis]) break;
    ASSIGN_OR_RETURN(output, trace.Apply<SliceOp>({.axis = axis, .start = 0, .length = k}, {output}));
  }
  return AsTuple(outputs);
}

// cumsum(input, dim, *, dtype=None)
absl::StatusOr<Symbol> Cumsum(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(
      const BoundArguments bound,
      BoundArguments::Bind("cumsum", /*is_method=*/false, {{"input"}, {"dim"}, {"dtype", kKeywordOnly}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const int64_t dim, bound.Int(1));
  ASSIGN_OR_RETURN(const std::optional<DType> dtype, bound.OptionalDType(2));
  const TensorSpec spec = trace.spec(input);
  ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim, spec.shape.rank()));
  const DType summed = dtype.value_or(IsFloatingPoint(spec.dtype) ? spec.dtype : DType::kInt64);
  ASSIGN_OR_RETURN(const Value summands, CastTo(trace, input, summed));
  return trace.Apply<CumsumOp>({.axis = axis}, {summands});
}

// gather(input, dim, index)
absl::StatusOr<Symbol> Gather(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("gather", /*is_method=*/false, {{"input"}, {"dim"}, {"index"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const int64_t dim, bound.Int(1));
  ASSIGN_OR_RETURN(const Value index, bound.Tensor(2));
  ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim, trace.spec(input).shape.rank()));
  return trace.Apply<GatherOp>({.axis = axis}, {input, index});
}

constexpr Function kFunctions[] = {
    {"max", Max<false>},  {"min", Max<true>},        {"amax", Amax<false>},
    {"amin", Amax<true>}, {"argmax", Argmax<false>}, {"argmin", Argmax<true>},
    {"sort", Sort},       {"argsort", Argsort},      {"topk", Topk},
    {"cumsum", Cumsum},   {"gather", Gather},
};

}  // namespace

absl::Span<const Function> SelectionFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
