// What recurrent layers run over: sequences step by step, as rows of one matrix.
//
// A tensor [L, N, *], [N, L, *] or [L, *] is brought into that order and back. A PackedSequence has it already. On the
// wire it is the tuple of its fields: data, batch_sizes, sorted_indices and unsorted_indices, the last two possibly
// None. batch_sizes is an int64 tensor, or a tuple of ints; of a tensor only the shape is known while tracing, so that
// the number of sequences must be known otherwise.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "nn/modules/trace.h"

namespace moduled::nn {

class Sequence {
 public:
  // `states` is the first of the initial states, None where there are none: it may tell the number of sequences.
  static absl::StatusOr<Sequence> Read(Trace& trace, const Symbol& input, const Symbol& states, bool batch_first,
                                       int64_t input_size);

  // Rows of all steps, and the number of sequences.
  Value rows() const { return rows_; }
  int64_t batch() const { return batch_; }
  bool packed() const { return batch_sizes_.has_value(); }
  bool batched() const { return batched_; }
  // Requires packed().
  Value batch_sizes() const { return *batch_sizes_; }

  // Initial states [layers, N, *] into the sequences' order, and final states back into the caller's.
  absl::StatusOr<Value> SortStates(Trace& trace, Value states) const;
  absl::StatusOr<Value> UnsortStates(Trace& trace, Value states) const;

  // Rows as what the input was: a tensor, or a tuple.
  absl::StatusOr<Symbol> Write(Trace& trace, Value rows) const;

 private:
  static absl::StatusOr<Sequence> ReadPacked(Trace& trace, const std::vector<Symbol>& fields, const Symbol& states);
  absl::Status ReadBatch(Trace& trace, const Symbol& batch_sizes, const Symbol& states);

  Value rows_;
  int64_t steps_ = 0;  // Of a tensor.
  int64_t batch_ = 0;
  bool batched_ = true;
  bool batch_first_ = false;
  std::optional<Value> batch_sizes_;
  std::vector<Symbol> fields_;  // As they were given.
};

}  // namespace moduled::nn
