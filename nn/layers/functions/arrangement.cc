#include "nn/layers/functions/arrangement.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/layers/axes.h"
#include "nn/layers/functions/promotion.h"
#include "nn/layers/rearrange.h"
#include "nn/modules/argument_binder.h"
#include "nn/ops/expand.h"
#include "nn/ops/flip.h"
#include "nn/ops/where.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// The axes that movedim's `name` argument means.
absl::StatusOr<std::vector<int64_t>> ReadMoved(absl::string_view name, const std::vector<int64_t>& dims, size_t rank) {
  std::vector<int64_t> axes;
  for (const int64_t dim : dims) {
    ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim, rank));
    if (std::find(axes.begin(), axes.end(), axis) != axes.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("movedim: repeated dim in `", name, "` ([", absl::StrJoin(dims, ", "), "])"));
    }
    axes.push_back(axis);
  }
  return axes;
}

// movedim(input, source, destination): ints or sequences of ints
absl::StatusOr<Symbol> Movedim(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(
      const BoundArguments bound,
      BoundArguments::Bind("movedim", /*is_method=*/false, {{"input"}, {"source"}, {"destination"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const std::vector<int64_t> sources, bound.IntOrInts(1));
  ASSIGN_OR_RETURN(const std::vector<int64_t> destinations, bound.IntOrInts(2));
  if (sources.size() != destinations.size()) {
    return absl::InvalidArgumentError(absl::StrCat("movedim: Invalid source or destination dims: source ([",
                                                   absl::StrJoin(sources, ", "),
                                                   "] dims) should contain the same number of dims as destination ([",
                                                   absl::StrJoin(destinations, ", "), "] dims)"));
  }
  const size_t rank = trace.spec(input).shape.rank();
  ASSIGN_OR_RETURN(const std::vector<int64_t> from, ReadMoved("source", sources, rank));
  ASSIGN_OR_RETURN(const std::vector<int64_t> to, ReadMoved("destination", destinations, rank));
  if (rank == 0) return input;
  std::vector<int64_t> axes(rank, -1);
  for (size_t i = 0; i < from.size(); ++i) axes[to[i]] = from[i];
  int64_t next = 0;  // The axes that stay keep their order.
  for (int64_t& axis : axes) {
    if (axis >= 0) continue;
    while (std::find(from.begin(), from.end(), next) != from.end()) ++next;
    axis = next++;
  }
  return PermuteAxes(trace, input, std::move(axes));
}

// t(input)
absl::StatusOr<Symbol> T(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind("t", /*is_method=*/false, {{"input"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  const size_t rank = trace.spec(input).shape.rank();
  if (rank > 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("t() expects a tensor with <= 2 dimensions, but self is ", rank, "D"));
  }
  if (rank < 2) return input;
  return PermuteAxes(trace, input, {1, 0});
}

// repeat(input, repeats): once for each axis, new axes in front
absl::StatusOr<Symbol> Repeat(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("repeat", /*is_method=*/false, {{"input"}, {"repeats"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const std::vector<int64_t> repeats, bound.Ints(1));
  const Shape& shape = trace.spec(input).shape;
  if (repeats.size() < shape.rank()) {
    return absl::InvalidArgumentError(
        "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor");
  }
  const size_t new_axes = repeats.size() - shape.rank();
  // Each axis n that repeats becomes [1, n], the 1 is expanded, and the two become one again.
  Shape divided, expanded, repeated;
  bool overflows = false;
  for (size_t axis = 0; axis < repeats.size(); ++axis) {
    const int64_t extent = axis < new_axes ? 1 : shape[axis - new_axes];
    int64_t whole = 0;
    overflows = __builtin_mul_overflow(repeats[axis], extent, &whole) || overflows;
    repeated.push_back(whole);
    if (repeats[axis] != 1) {
      divided.push_back(1);
      expanded.push_back(repeats[axis]);
    }
    divided.push_back(extent);
    expanded.push_back(extent);
  }
  if (overflows) return absl::InvalidArgumentError("repeat(): the result is too large");
  for (const int64_t extent : repeated) {
    if (extent < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Trying to create tensor with negative dimension ", extent, ": ", repeated.ToString()));
    }
  }
  ASSIGN_OR_RETURN(Value result, ReshapeTo(trace, input, divided));
  if (!(expanded == divided)) {
    ASSIGN_OR_RETURN(result, trace.Apply<ExpandOp>({.shape = std::move(expanded)}, {result}));
  }
  return ReshapeTo(trace, result, std::move(repeated));
}

// roll(input, shifts, dims=()): without dims of all elements in a row
absl::StatusOr<Symbol> Roll(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(
      const BoundArguments bound,
      BoundArguments::Bind("roll", /*is_method=*/false, {{"input"}, {"shifts"}, {"dims", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const std::vector<int64_t> shifts, bound.IntOrInts(1));
  std::vector<int64_t> dims;
  if (!bound.IsNone(2)) {
    ASSIGN_OR_RETURN(dims, bound.IntOrInts(2));
  }
  const Shape shape = trace.spec(input).shape;
  if (dims.empty() && shifts.size() == 1) {
    ASSIGN_OR_RETURN(const Value row, ReshapeTo(trace, input, {shape.numel()}));
    ASSIGN_OR_RETURN(const Value rolled, RollAxis(trace, row, 0, shifts[0]));
    return ReshapeTo(trace, rolled, shape);
  }
  if (shifts.empty()) return absl::InvalidArgumentError("`shifts` required");
  if (shifts.size() != dims.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("shifts and dimensions must align. shifts: ", shifts.size(), ", dims:", dims.size()));
  }
  Value rolled = input;
  for (size_t i = 0; i < dims.size(); ++i) {
    ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dims[i], shape.rank()));
    if (shape.rank() == 0) return input;
    ASSIGN_OR_RETURN(rolled, RollAxis(trace, rolled, axis, shifts[i]));
  }
  return rolled;
}

// flip(input, dims)
absl::StatusOr<Symbol> Flip(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("flip", /*is_method=*/false, {{"input"}, {"dims"}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const std::vector<int64_t> dims, bound.IntOrInts(1));
  const size_t rank = trace.spec(input).shape.rank();
  ASSIGN_OR_RETURN(std::vector<int64_t> axes, NormalizeAxes(dims, rank));
  if (rank == 0 || axes.empty()) return input;
  return trace.Apply<FlipOp>({.axes = std::move(axes)}, {input});
}

// What of a matrix tril and triu keep: `lower`, the elements on and below the diagonal, or those on and above it.
absl::StatusOr<Tensor> TriangleMask(int64_t rows, int64_t columns, int64_t diagonal, bool lower) {
  ASSIGN_OR_RETURN(Tensor mask, Tensor::Allocate({DType::kBool, {rows, columns}}));
  const absl::Span<bool> elements = mask.mutable_elements<bool>();
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column) {
      elements[row * columns + column] = lower ? column - row <= diagonal : column - row >= diagonal;
    }
  }
  return mask;
}

// tril(input, diagonal=0), triu(input, diagonal=0)
template <bool kLower>
absl::StatusOr<Symbol> Triangle(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound, BoundArguments::Bind(kLower ? "tril" : "triu", /*is_method=*/false,
                                                                    {{"input"}, {"diagonal", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const int64_t diagonal, bound.Int(1, 0));
  const TensorSpec& spec = trace.spec(input);
  RETURN_IF_ERROR(NormalizeAxis(-2, spec.shape.rank()).status());
  ASSIGN_OR_RETURN(Tensor mask, TriangleMask(spec.shape.At(-2), spec.shape.At(-1), diagonal, kLower));
  ASSIGN_OR_RETURN(const Value zero, AsTensor(trace, Symbol(0), spec.dtype));
  return trace.Apply<WhereOp>({}, {trace.Constant(std::move(mask)), input, zero});
}

constexpr Function kFunctions[] = {
    {"movedim", Movedim},      {"t", T}, {"repeat", Repeat}, {"roll", Roll}, {"flip", Flip}, {"tril", Triangle<true>},
    {"triu", Triangle<false>},
};

}  // namespace

absl::Span<const Function> ArrangementFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
