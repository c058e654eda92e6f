#include "nn/layers/functions/tensor_index.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nn/layers/axes.h"
#include "nn/layers/rearrange.h"
#include "nn/modules/argument_binder.h"
#include "nn/modules/python_text.h"
#include "nn/ops/elementwise/broadcast.h"
#include "nn/ops/expand.h"
#include "nn/ops/index.h"
#include "nn/ops/slice.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn::functions {
namespace {

absl::StatusOr<int64_t> Bound(const Symbol& bound, int64_t otherwise) {
  if (bound.IsNone()) return otherwise;
  if (const std::optional<int64_t> number = AsInt(bound)) return *number;
  return absl::InvalidArgumentError("slice indices must be integers or None or have an __index__ method");
}

// An axis that is indexed with an integer tensor.
struct GatheredAxis {
  size_t axis = 0;
  Value indices;
};

// An index tensor as int64.
absl::StatusOr<Value> AsIndices(Trace& trace, Value index) {
  const DType dtype = trace.spec(index).dtype;
  if (dtype == DType::kBool || dtype == DType::kUInt8) {
    return absl::InvalidArgumentError(
        "getitem: indexing a tensor with a mask is not supported: the shape would depend on the mask's elements");
  }
  if (dtype != DType::kInt64 && dtype != DType::kInt32) {
    return absl::InvalidArgumentError("tensors used as indices must be long, byte or bool tensors");
  }
  return CastTo(trace, index, DType::kInt64);
}

// A list of ints in the place of an index tensor.
absl::StatusOr<Tensor> IndexConstant(const std::vector<Symbol>& numbers) {
  std::vector<int64_t> indices;
  for (const Symbol& number : numbers) {
    const int64_t* const index = number.As<int64_t>();
    if (index == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("getitem: indexing a tensor with a list that holds a ",
                                                     TypeName(number), " is not supported (want ints)"));
    }
    indices.push_back(*index);
  }
  return Tensor::Of<int64_t>({static_cast<int64_t>(indices.size())}, indices);
}

// The index tensors, broadcast to their common shape.
absl::StatusOr<std::vector<Value>> BroadcastIndices(Trace& trace, const std::vector<GatheredAxis>& gathered) {
  absl::StatusOr<Shape> common = trace.spec(gathered[0].indices).shape;
  std::vector<std::string> shapes;
  for (const GatheredAxis& each : gathered) {
    const Shape& shape = trace.spec(each.indices).shape;
    shapes.push_back(shape.ToString());
    if (common.ok()) common = BroadcastShapes(*common, shape);
  }
  if (!common.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "shape mismatch: indexing tensors could not be broadcast together with shapes ", absl::StrJoin(shapes, ", ")));
  }
  std::vector<Value> indices;
  for (const GatheredAxis& each : gathered) {
    Value index = each.indices;
    if (!(trace.spec(index).shape == *common)) {
      ASSIGN_OR_RETURN(index, trace.Apply<ExpandOp>({.shape = *common}, {index}));
    }
    indices.push_back(index);
  }
  return indices;
}

// torch's advanced indexing: neighbouring axes are replaced where they are, others leave for the front.
absl::StatusOr<Value> GatherAxes(Trace& trace, Value input, const std::vector<GatheredAxis>& gathered) {
  ASSIGN_OR_RETURN(std::vector<Value> inputs, BroadcastIndices(trace, gathered));
  auto first = static_cast<int64_t>(gathered.front().axis);
  if (gathered.back().axis - gathered.front().axis + 1 != gathered.size()) {
    std::vector<int64_t> order;
    for (const GatheredAxis& each : gathered) order.push_back(static_cast<int64_t>(each.axis));
    for (int64_t axis = 0; axis < static_cast<int64_t>(trace.spec(input).shape.rank()); ++axis) {
      if (std::count(order.begin(), order.begin() + static_cast<int64_t>(gathered.size()), axis) == 0) {
        order.push_back(axis);
      }
    }
    ASSIGN_OR_RETURN(input, PermuteAxes(trace, input, std::move(order)));
    first = 0;
  }
  inputs.insert(inputs.begin(), input);
  return trace.Apply<IndexOp>({.axis = first}, inputs);
}

// What a tuple of indices does to the axes of a tensor.
class TensorIndex {
 public:
  TensorIndex(Trace& trace, Value input) : trace_(trace), result_(input), shape_(trace.spec(input).shape) {}

  absl::StatusOr<Value> Apply(const std::vector<Symbol>& indices) {
    RETURN_IF_ERROR(Count(indices));
    for (const Symbol& index : indices) RETURN_IF_ERROR(Take(index));
    Keep(shape_.rank());
    ASSIGN_OR_RETURN(const Value cut, ReshapeTo(trace_, result_, std::move(kept_)));
    return gathered_.empty() ? cut : GatherAxes(trace_, cut, gathered_);
  }

 private:
  // How many axes the indices name: `...` stands for the others.
  absl::Status Count(const std::vector<Symbol>& indices) {
    for (const Symbol& index : indices) named_ += index.IsNone() || index.Is<Symbol::Ellipsis>() ? 0 : 1;
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
    } else if (const Value* tensor = index.As<Value>()) {
      return Gather(*tensor);
    } else if (index.Is<bool>()) {
      return absl::InvalidArgumentError("getitem: indexing a tensor with a bool is not supported");
    } else if (const std::vector<Symbol>* numbers = index.Items()) {
      ASSIGN_OR_RETURN(Tensor constant, IndexConstant(*numbers));
      return Gather(trace_.Constant(std::move(constant)));
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

  // An integer tensor without axes takes one element, like an int; others wait until the other indices are done.
  absl::Status Gather(Value index) {
    RETURN_IF_ERROR(NormalizeAxis(static_cast<int64_t>(axis_), shape_.rank()).status());
    ASSIGN_OR_RETURN(const Value indices, AsIndices(trace_, index));
    if (trace_.spec(indices).shape.rank() != 0) {
      gathered_.push_back({kept_.rank(), indices});
      kept_.push_back(shape_[axis_++]);
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const Value one, ReshapeTo(trace_, indices, {1}));
    ASSIGN_OR_RETURN(result_, trace_.Apply<IndexOp>({.axis = static_cast<int64_t>(axis_++)}, {result_, one}));
    return absl::OkStatus();
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
  std::vector<GatheredAxis> gathered_;
};

}  // namespace

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

absl::StatusOr<Value> IndexTensor(Trace& trace, Value input, const std::vector<Symbol>& indices) {
  return TensorIndex(trace, input).Apply(indices);
}

}  // namespace moduled::nn::functions
