#include "nn/layers/functions/indexing.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/modules/argument_binder.h"
#include "nn/modules/python_text.h"
#include "nn/ops/slice.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

// The elements start, start + step, … of a sequence.
struct Range {
  int64_t start = 0;
  int64_t length = 0;
  int64_t step = 1;
};

absl::StatusOr<int64_t> Bound(const Symbol& bound, int64_t otherwise) {
  if (bound.IsNone()) return otherwise;
  if (const std::optional<int64_t> number = AsInt(bound)) return *number;
  return absl::InvalidArgumentError("slice indices must be integers or None or have an __index__ method");
}

// Python's slice.indices(extent).
absl::StatusOr<Range> ResolveSlice(const Symbol::Slice& slice, int64_t extent) {
  if (slice.bounds.size() != 3) return absl::InvalidArgumentError("a slice must have start, stop and step");
  ASSIGN_OR_RETURN(const int64_t step, Bound(slice.bounds[2], 1));
  if (step == 0) return absl::InvalidArgumentError("slice step cannot be zero");
  const int64_t first = step > 0 ? 0 : -1, last = step > 0 ? extent : extent - 1;  // Where bounds stop.
  ASSIGN_OR_RETURN(const int64_t start, Bound(slice.bounds[0], step > 0 ? first : last));
  ASSIGN_OR_RETURN(const int64_t stop, Bound(slice.bounds[1], step > 0 ? last : first - extent));
  const auto clamp = [&](int64_t bound) { return std::clamp(bound < 0 ? bound + extent : bound, first, last); };
  Range range{.start = clamp(start), .step = step};
  const int64_t stop_at = clamp(stop);
  if (step > 0 && range.start < stop_at) {
    range.length = (stop_at - range.start - 1) / step + 1;
  } else if (step < 0 && stop_at < range.start) {
    range.length = (stop_at - range.start + 1) / step + 1;
  }
  return range;
}

// What a tuple of indices does to the axes of a tensor.
class TensorIndex {
 public:
  TensorIndex(Trace& trace, Value input) : trace_(trace), result_(input), shape_(trace.spec(input).shape) {}

  absl::StatusOr<Symbol> Apply(const std::vector<Symbol>& indices) {
    RETURN_IF_ERROR(Count(indices));
    for (const Symbol& index : indices) RETURN_IF_ERROR(Take(index));
    Keep(shape_.rank());
    return ReshapeTo(trace_, result_, std::move(kept_));
  }

 private:
  // How many axes the indices name: `...` stands for the others.
  absl::Status Count(const std::vector<Symbol>& indices) {
    for (const Symbol& index : indices) named_ += index.Is<int64_t>() || index.Is<Symbol::Slice>() ? 1 : 0;
    if (named_ <= shape_.rank()) return absl::OkStatus();
    if (shape_.rank() == 0) {
      return absl::InvalidArgumentError(
          "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
          "0-dim tensor to a number");
    }
    return absl::InvalidArgumentError(absl::StrCat("too many indices for tensor of dimension ", shape_.rank()));
  }

  absl::Status Take(const Symbol& index) {
    if (index.IsNone()) {
      kept_.push_back(1);
    } else if (index.Is<Symbol::Ellipsis>()) {
      Keep(std::min(axis_ + shape_.rank() - named_, shape_.rank()));
    } else if (const int64_t* number = index.As<int64_t>()) {
      return Select(*number);
    } else if (const auto* slice = index.As<Symbol::Slice>()) {
      return Slice(*slice);
    } else if (index.Is<Value>() || index.Is<bool>() || index.Items() != nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("getitem: indexing a tensor with a ", TypeName(index),
                       " is not supported (want ints, slices (`:`), ellipsis (`...`), None, or a tuple of them)"));
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid "
                       "indices (got ",
                       TypeName(index), ")"));
    }
    return absl::OkStatus();
  }

  absl::Status Select(int64_t index) {
    RETURN_IF_ERROR(NormalizeAxis(static_cast<int64_t>(axis_), shape_.rank()).status());
    const int64_t extent = shape_[axis_];
    if (index < -extent || index >= extent) {
      return absl::InvalidArgumentError(
          absl::StrCat("index ", index, " is out of bounds for dimension ", axis_, " with size ", extent));
    }
    return Cut({.start = index < 0 ? index + extent : index, .length = 1});
  }

  absl::Status Slice(const Symbol::Slice& slice) {
    RETURN_IF_ERROR(NormalizeAxis(static_cast<int64_t>(axis_), shape_.rank()).status());
    ASSIGN_OR_RETURN(const Range range, ResolveSlice(slice, shape_[axis_]));
    if (range.step < 0) return absl::InvalidArgumentError("step must be greater than zero");
    kept_.push_back(range.length);
    return Cut(range);
  }

  // Cuts the range out of the current axis, which is done then.
  absl::Status Cut(const Range& range) {
    const auto axis = static_cast<int64_t>(axis_++);
    if (range.length == shape_[axis] && range.step == 1) return absl::OkStatus();
    const SliceOp::Attrs attrs = {.axis = axis, .start = range.start, .length = range.length, .step = range.step};
    ASSIGN_OR_RETURN(result_, trace_.Apply<SliceOp>(attrs, {result_}));
    return absl::OkStatus();
  }

  void Keep(size_t end) {
    for (; axis_ < end; ++axis_) kept_.push_back(shape_[axis_]);
  }

  Trace& trace_;
  Value result_;       // Cut, with all axes of the input still there.
  const Shape shape_;  // The input's.
  size_t named_ = 0;
  size_t axis_ = 0;  // The input's axes before this one are done.
  Shape kept_;       // The output's extents so far.
};

// A tuple or a list; `kind` is what Python calls it.
template <class Sequence>
absl::StatusOr<Symbol> SequenceItem(const Sequence& sequence, absl::string_view kind, const Symbol& index) {
  const auto size = static_cast<int64_t>(sequence.items.size());
  if (const std::optional<int64_t> number = AsInt(index)) {
    if (*number < -size || *number >= size) {
      return absl::InvalidArgumentError(absl::StrCat(kind, " index out of range"));
    }
    return sequence.items[*number < 0 ? *number + size : *number];
  }
  if (const auto* slice = index.As<Symbol::Slice>()) {
    ASSIGN_OR_RETURN(const Range range, ResolveSlice(*slice, size));
    Sequence part;
    for (int64_t i = 0; i < range.length; ++i) part.items.push_back(sequence.items[range.start + i * range.step]);
    return Symbol(std::move(part));
  }
  return absl::InvalidArgumentError(absl::StrCat(kind, " indices must be integers or slices, not ", TypeName(index)));
}

absl::StatusOr<Symbol> DictItem(const Symbol::Dict& dict, const Symbol& key) {
  const std::string* name = key.As<std::string>();
  if (name == nullptr) return absl::InvalidArgumentError(absl::StrCat("KeyError: a key of type ", TypeName(key)));
  for (const auto& [entry, value] : dict.entries) {
    if (entry == *name) return value;
  }
  return absl::InvalidArgumentError(absl::StrCat("KeyError: '", *name, "'"));
}

absl::StatusOr<Symbol> GetItem(Trace& trace, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const BoundArguments bound,
                   BoundArguments::Bind("getitem", /*is_method=*/false, {{"input"}, {"index"}}, arguments));
  const Symbol& input = *bound.Find(0);
  const Symbol& index = *bound.Find(1);
  if (const Value* tensor = input.As<Value>()) {
    const auto* tuple = index.As<Symbol::Tuple>();
    return TensorIndex(trace, *tensor).Apply(tuple == nullptr ? std::vector<Symbol>{index} : tuple->items);
  }
  if (const auto* tuple = input.As<Symbol::Tuple>()) return SequenceItem(*tuple, "tuple", index);
  if (const auto* list = input.As<Symbol::List>()) return SequenceItem(*list, "list", index);
  if (const auto* dict = input.As<Symbol::Dict>()) return DictItem(*dict, index);
  return absl::InvalidArgumentError(absl::StrCat("'", TypeName(input), "' object is not subscriptable"));
}

constexpr Function kFunctions[] = {
    {"getitem", GetItem},
};

}  // namespace

absl::Span<const Function> IndexingFunctions() { return kFunctions; }

}  // namespace moduled::nn::functions
