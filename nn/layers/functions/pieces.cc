#include "nn/layers/functions/pieces.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/layers/axes.h"
#include "nn/layers/functions/promotion.h"
#include "nn/modules/argument_binder.h"
#include "nn/ops/cat.h"
#include "nn/ops/slice.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// A request decides on the extents, and every part is a node of the graph.
constexpr int64_t kMaxParts = 65536;

absl::Status CheckParts(int64_t count) {
  if (count <= kMaxParts) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("too many parts (got ", count, ", want at most ", kMaxParts, ")"));
}

// A part of an axis. Requires a part that lies within it.
absl::StatusOr<Value> Part(Trace& trace, Value input, int64_t axis, int64_t start, int64_t length) {
  if (start == 0 && length == trace.spec(input).shape[axis]) return input;
  return trace.Apply<SliceOp>({.axis = axis, .start = start, .length = length}, {input});
}

// The axis without its extent of 1.
absl::StatusOr<Value> Drop(Trace& trace, Value input, int64_t axis) {
  const Shape& shape = trace.spec(input).shape;
  Shape rest(shape.extents().first(axis));
  for (const int64_t extent : shape.extents().subspan(axis + 1)) rest.push_back(extent);
  return ReshapeTo(trace, input, std::move(rest));
}

// Parts of these lengths, one after the other. Requires lengths that add up to the axis.
absl::StatusOr<Symbol> Cut(Trace& trace, Value input, int64_t axis, absl::Span<const int64_t> lengths) {
  Symbol::Tuple parts;
  int64_t start = 0;
  for (const int64_t length : lengths) {
    ASSIGN_OR_RETURN(const Value part, Part(trace, input, axis, start, length));
    parts.items.emplace_back(part);
    start += length;
  }
  return Symbol(std::move(parts));
}

// Parts of this length; the last one may be shorter. Requires a positive length.
absl::StatusOr<Symbol> CutEvenly(Trace& trace, Value input, int64_t axis, int64_t length) {
  const int64_t extent = trace.spec(input).shape[axis];
  RETURN_IF_ERROR(CheckParts(extent / length));
  std::vector<int64_t> lengths;
  for (int64_t start = 0; start < extent; start += std::min(length, extent - start)) {
    lengths.push_back(std::min(length, extent - start));
  }
  if (lengths.empty()) lengths.push_back(0);
  return Cut(trace, input, axis, lengths);
}

// The tensor and the axis of a function (input, …, dim).
struct Target {
  Value input;
  int64_t axis = 0;
  int64_t extent = 0;
};

absl::StatusOr<Target> ReadTarget(const Trace& trace, const BoundArguments& bound, size_t dim_index) {
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  ASSIGN_OR_RETURN(const int64_t dim, bound.Int(dim_index, 0));
  const Shape& shape = trace.spec(input).shape;
  if (shape.rank() == 0) {
    return absl::InvalidArgumentError(absl::StrCat("Dimension specified as ", dim, " but tensor has no dimensions"));
  }
  ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim, shape.rank()));
  return Target{input, axis, shape[axis]};
}

// stack(tensors, dim=0)
absl::StatusOr<Symbol> Stack(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("stack", /*is_method=*/false, {{"tensors"}, {"dim", kOptional}}, arguments));
  ASSIGN_OR_RETURN(std::vector<Value> tensors, bound.Tensors(0));
  ASSIGN_OR_RETURN(const int64_t dim, bound.Int(1, 0));
  if (tensors.empty()) return absl::InvalidArgumentError("stack expects a non-empty TensorList");
  const Shape shape = trace.spec(tensors[0]).shape;
  ASSIGN_OR_RETURN(const int64_t axis, NormalizeAxis(dim, shape.rank() + 1));
  Shape layer(shape.extents().first(axis));
  layer.push_back(1);
  for (const int64_t extent : shape.extents().subspan(axis)) layer.push_back(extent);
  const std::vector<Symbol> operands(tensors.begin(), tensors.end());
  ASSIGN_OR_RETURN(const DType dtype, ResultType(trace, operands));
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (!(trace.spec(tensors[i]).shape == shape)) {
      return absl::InvalidArgumentError(absl::StrCat("stack expects each tensor to be equal size, but got ",
                                                     shape.ToString(), " at entry 0 and ",
                                                     trace.spec(tensors[i]).shape.ToString(), " at entry ", i));
    }
    ASSIGN_OR_RETURN(const Value cast, CastTo(trace, tensors[i], dtype));
    ASSIGN_OR_RETURN(tensors[i], ReshapeTo(trace, cast, layer));
  }
  return trace.Apply<CatOp>({.axis = axis}, tensors);
}

// chunk(input, chunks, dim=0): at most so many parts of one length
absl::StatusOr<Symbol> Chunk(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(
      const BoundArguments bound,
      BoundArguments::Bind("chunk", /*is_method=*/false, {{"input"}, {"chunks"}, {"dim", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const int64_t chunks, bound.Int(1));
  ASSIGN_OR_RETURN(const Value input, bound.Tensor(0));
  if (trace.spec(input).shape.rank() == 0) {
    return absl::InvalidArgumentError("chunk expects at least a 1-dimensional tensor");
  }
  if (chunks <= 0) {
    return absl::InvalidArgumentError(absl::StrCat("chunk expects `chunks` to be greater than 0, got: ", chunks));
  }
  ASSIGN_OR_RETURN(const Target target, ReadTarget(trace, bound, 2));
  if (target.extent == 0) {  // All of them, each empty.
    RETURN_IF_ERROR(CheckParts(chunks));
    return Cut(trace, input, target.axis, std::vector<int64_t>(chunks, 0));
  }
  return CutEvenly(trace, input, target.axis, target.extent / chunks + (target.extent % chunks != 0 ? 1 : 0));
}

absl::StatusOr<Symbol> SplitBySizes(Trace& trace, const Target& target, const std::vector<int64_t>& sizes) {
  const std::string text = absl::StrCat("split_sizes=[", absl::StrJoin(sizes, ", "), "]");
  int64_t sum = 0;
  for (const int64_t size : sizes) {
    if (size < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("split_with_sizes expects split_sizes have only non-negative entries, but got ", text));
    }
    sum = size > target.extent - std::min(sum, target.extent) ? target.extent + 1 : sum + size;
  }
  if (sum != target.extent) {
    return absl::InvalidArgumentError(absl::StrCat("split_with_sizes expects split_sizes to sum exactly to ",
                                                   target.extent, " (input tensor's size at dimension ", target.axis,
                                                   "), but got ", text));
  }
  return Cut(trace, target.input, target.axis, sizes);
}

// split(input, split_size_or_sections, dim=0)
absl::StatusOr<Symbol> Split(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("split", /*is_method=*/false,
                                        {{"input"}, {"split_size_or_sections"}, {"dim", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Target target, ReadTarget(trace, bound, 2));
  if (bound.Find(1)->Items() != nullptr) {
    ASSIGN_OR_RETURN(const std::vector<int64_t> sizes, bound.Ints(1));
    return SplitBySizes(trace, target, sizes);
  }
  ASSIGN_OR_RETURN(const int64_t size, bound.Int(1));
  if (size < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("split expects split_size be non-negative, but got split_size=", size));
  }
  if (size == 0 && target.extent != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("split_size can only be 0 if dimension size is 0, but got dimension size of ", target.extent));
  }
  return CutEvenly(trace, target.input, target.axis, std::max<int64_t>(1, size));
}

// narrow(input, dim, start, length)
absl::StatusOr<Symbol> Narrow(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(
      const BoundArguments bound,
      BoundArguments::Bind("narrow", /*is_method=*/false, {{"input"}, {"dim"}, {"start"}, {"length"}}, arguments));
  ASSIGN_OR_RETURN(const Target target, ReadTarget(trace, bound, 1));
  ASSIGN_OR_RETURN(int64_t start, bound.Int(2));
  ASSIGN_OR_RETURN(const int64_t length, bound.Int(3));
  if (start < -target.extent || start > target.extent) {
    return absl::InvalidArgumentError(absl::StrCat("Dimension out of range (expected to be in range of [",
                                                   -target.extent, ", ", target.extent - 1, "], but got ", start, ")"));
  }
  if (start < 0) start += target.extent;
  if (length < 0 || length > target.extent - start) {
    return absl::InvalidArgumentError(
        absl::StrCat("start (", start, ") + length (", length, ") exceeds dimension size (", target.extent, ")."));
  }
  return Part(trace, target.input, target.axis, start, length);
}

// select(input, dim, index)
absl::StatusOr<Symbol> Select(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("select", /*is_method=*/false, {{"input"}, {"dim"}, {"index"}}, arguments));
  ASSIGN_OR_RETURN(const Target target, ReadTarget(trace, bound, 1));
  ASSIGN_OR_RETURN(const int64_t index, bound.Int(2));
  if (index < -target.extent || index >= target.extent) {
    return absl::InvalidArgumentError(absl::StrCat("select(): index ", index, " out of range for tensor of size ",
                                                   trace.spec(target.input).shape.ToString(), " at dimension ",
                                                   target.axis));
  }
  ASSIGN_OR_RETURN(const Value part,
                   Part(trace, target.input, target.axis, index < 0 ? index + target.extent : index, 1));
  return Drop(trace, part, target.axis);
}

// unbind(input, dim=0)
absl::StatusOr<Symbol> Unbind(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("unbind", /*is_method=*/false, {{"input"}, {"dim", kOptional}}, arguments));
  ASSIGN_OR_RETURN(const Target target, ReadTarget(trace, bound, 1));
  RETURN_IF_ERROR(CheckParts(target.extent));
  Symbol::Tuple parts;
  for (int64_t i = 0; i < target.extent; ++i) {
    ASSIGN_OR_RETURN(const Value part, Part(trace, target.input, target.axis, i, 1));
    ASSIGN_OR_RETURN(const Value item, Drop(trace, part, target.axis));
    parts.items.emplace_back(item);
  }
  return Symbol(std::move(parts));
}

constexpr Function kFunctions[] = {
    {"stack", Stack}, {"chunk", Chunk}, {"split", Split}, {"narrow", Narrow}, {"select", Select}, {"unbind", Unbind},
};

}  // namespace

absl::Span<const Function> PieceFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
