#include "nn/layers/sequence.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/layers/axes.h"
#include "nn/modules/argument_binder.h"
#include "nn/modules/python_text.h"
#include "nn/ops/index.h"
#include "nn/ops/permute.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

constexpr size_t kBatchSizes = 1;
constexpr size_t kSortedIndices = 2;
constexpr size_t kUnsortedIndices = 3;
constexpr size_t kFields = 4;

absl::Status WrongDimensions(size_t want, size_t got) {
  return absl::InvalidArgumentError(absl::StrCat("input must have ", want, " dimensions, got ", got));
}

absl::Status CheckFeatures(const Shape& shape, int64_t input_size) {
  if (shape.At(-1) == input_size) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("input.size(-1) must be equal to input_size. Expected ", input_size, ", got ", shape.At(-1)));
}

absl::StatusOr<Value> SwapFirstAxes(Trace& trace, Value value) {
  return trace.Apply<PermuteOp>({.axes = {1, 0, 2}}, {value});
}

// states[:, indices].
absl::StatusOr<Value> Select(Trace& trace, Value states, const Symbol& indices) {
  const Value* index = indices.As<Value>();
  if (index == nullptr) return states;
  return trace.Apply<IndexOp>({.axis = 1}, {states, *index});
}

}  // namespace

absl::StatusOr<Sequence> Sequence::Read(Trace& trace, const Symbol& input, const Symbol& states, bool batch_first,
                                        int64_t input_size) {
  if (const std::vector<Symbol>* fields = input.Items()) {
    ASSIGN_OR_RETURN(Sequence sequence, ReadPacked(trace, *fields, states));
    RETURN_IF_ERROR(CheckFeatures(trace.spec(sequence.rows_).shape, input_size));
    return sequence;
  }
  const Value* tensor = input.As<Value>();
  if (tensor == nullptr) return absl::InvalidArgumentError("input must be a Tensor or a PackedSequence");
  Sequence sequence;
  sequence.rows_ = *tensor;
  Shape shape = trace.spec(*tensor).shape;
  sequence.batched_ = shape.rank() == 3;
  sequence.batch_first_ = batch_first && sequence.batched_;
  // torch gives what is not batched another axis before it looks.
  if (!sequence.batched_ && shape.rank() != 2) return WrongDimensions(3, shape.rank() + 1);
  RETURN_IF_ERROR(CheckFeatures(shape, input_size));
  if (sequence.batch_first_) {
    ASSIGN_OR_RETURN(sequence.rows_, SwapFirstAxes(trace, sequence.rows_));
    std::swap(shape[0], shape[1]);
  }
  sequence.steps_ = shape[0];
  sequence.batch_ = sequence.batched_ ? shape[1] : 1;
  if (sequence.steps_ == 0) return absl::InvalidArgumentError("Expected sequence length to be larger than 0 in RNN");
  ASSIGN_OR_RETURN(sequence.rows_, ReshapeTo(trace, sequence.rows_, {sequence.steps_ * sequence.batch_, input_size}));
  return sequence;
}

absl::StatusOr<Sequence> Sequence::ReadPacked(Trace& trace, const std::vector<Symbol>& fields, const Symbol& states) {
  const Value* data = fields.empty() ? nullptr : fields[0].As<Value>();
  if (fields.size() != kFields || data == nullptr) {
    return absl::InvalidArgumentError(
        "input: not a PackedSequence (want a tuple of data, batch_sizes, sorted_indices and unsorted_indices)");
  }
  if (fields[kSortedIndices].IsNone() != fields[kUnsortedIndices].IsNone()) {
    return absl::InvalidArgumentError(
        "input: sorted_indices and unsorted_indices must both be tensors or both be None");
  }
  Sequence sequence;
  sequence.rows_ = *data;
  sequence.fields_ = fields;
  const size_t rank = trace.spec(*data).shape.rank();
  if (rank != 2) return WrongDimensions(2, rank);
  RETURN_IF_ERROR(sequence.ReadBatch(trace, fields[kBatchSizes], states));
  for (const size_t field : {kSortedIndices, kUnsortedIndices}) {
    if (fields[field].IsNone()) continue;
    const Value* index = fields[field].As<Value>();
    const TensorSpec want{DType::kInt64, {sequence.batch_}};
    if (index != nullptr && trace.spec(*index) == want) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "input: ", field == kSortedIndices ? "sorted_indices" : "unsorted_indices",
        " must be None or an index of each sequence (got ",
        index == nullptr ? TypeName(fields[field]) : trace.spec(*index).ToString(), ", want ", want.ToString(), ")"));
  }
  return sequence;
}

absl::Status Sequence::ReadBatch(Trace& trace, const Symbol& batch_sizes, const Symbol& states) {
  if (const std::vector<Symbol>* items = batch_sizes.Items(); items != nullptr && !items->empty()) {
    std::vector<int64_t> sizes;
    for (const Symbol& item : *items) {
      const std::optional<int64_t> size = AsInt(item);
      if (!size.has_value()) return absl::InvalidArgumentError("input: batch_sizes must be ints or an int64 tensor");
      sizes.push_back(*size);
    }
    batch_ = sizes[0];
    if (batch_ <= 0) return absl::InvalidArgumentError("input: batch_sizes must be positive");
    batch_sizes_ = trace.Constant(Tensor::Of<int64_t>({static_cast<int64_t>(sizes.size())}, sizes));
    return absl::OkStatus();
  }
  const Value* tensor = batch_sizes.As<Value>();
  if (tensor == nullptr || trace.spec(*tensor).dtype != DType::kInt64 || trace.spec(*tensor).shape.rank() != 1) {
    return absl::InvalidArgumentError("input: batch_sizes must be ints or an int64 tensor with one axis");
  }
  batch_sizes_ = *tensor;
  if (const Value* sorted = fields_[kSortedIndices].As<Value>();
      sorted != nullptr && trace.spec(*sorted).shape.rank() == 1) {
    batch_ = trace.spec(*sorted).shape[0];
  } else if (const Value* state = states.As<Value>(); state != nullptr && trace.spec(*state).shape.rank() == 3) {
    batch_ = trace.spec(*state).shape[1];
  } else {
    return absl::InvalidArgumentError(
        "input: how many sequences there are depends on what batch_sizes holds (want batch_sizes as a tuple of ints, "
        "sorted_indices, or initial states)");
  }
  return absl::OkStatus();
}

absl::StatusOr<Value> Sequence::SortStates(Trace& trace, Value states) const {
  return packed() ? Select(trace, states, fields_[kSortedIndices]) : states;
}

absl::StatusOr<Value> Sequence::UnsortStates(Trace& trace, Value states) const {
  if (packed()) return Select(trace, states, fields_[kUnsortedIndices]);
  if (batched_) return states;
  const Shape& shape = trace.spec(states).shape;
  return ReshapeTo(trace, states, {shape[0], shape[2]});
}

absl::StatusOr<Symbol> Sequence::Write(Trace& trace, Value rows) const {
  if (packed()) {
    Symbol::Tuple tuple{fields_};
    tuple.items[0] = rows;
    return Symbol(std::move(tuple));
  }
  const int64_t features = trace.spec(rows).shape[1];
  if (!batched_) return Symbol(rows);
  ASSIGN_OR_RETURN(const Value steps, ReshapeTo(trace, rows, {steps_, batch_, features}));
  if (!batch_first_) return Symbol(steps);
  ASSIGN_OR_RETURN(const Value swapped, SwapFirstAxes(trace, steps));
  return Symbol(swapped);
}

}  // namespace moduled::nn
