// The samples of a batch of ctc_loss, checked before anything is computed of them.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "nn/ops/ctc_loss.h"

namespace moduled::nn {

// What the shapes say of a batch.
struct CtcBatch {
  int64_t steps = 0;
  int64_t n = 0;
  int64_t classes = 0;
  int64_t target_extent = 0;  // Of a row of targets, or of all of them.
  bool concatenated = false;
  int64_t blank = 0;

  // The labels of the longest target with blanks around each.
  int64_t max_states() const { return 2 * target_extent + 1; }
};

// The batch of the inputs of ctc_loss, or why they are none.
absl::StatusOr<CtcBatch> CheckCtcBatch(const CtcOptions& options, absl::Span<const TensorSpec> in);

// One sample: its labels interleaved with blanks are the states 0 … 2 target_length that an alignment walks through.
struct CtcSample {
  int64_t index = 0;
  int64_t steps = 0;
  int64_t blank = 0;
  absl::Span<const int64_t> labels;

  int64_t states() const { return 2 * static_cast<int64_t>(labels.size()) + 1; }
  int64_t Label(int64_t state) const { return state % 2 == 0 ? blank : labels[state / 2]; }
  // Whether an alignment may step over the state before: from a label to another label.
  bool MaySkipTo(int64_t state) const { return state >= 2 && Label(state) != Label(state - 2); }
};

// What the elements say.
class CtcSamples {
 public:
  CtcSamples(const CtcBatch& batch, const int64_t* targets, const int64_t* input_lengths, const int64_t* target_lengths)
      : batch_(batch), targets_(targets), input_lengths_(input_lengths), target_lengths_(target_lengths) {}

  // Refuses lengths beyond the tensors, and labels that are no class. Before anything else.
  absl::Status Check() const;

  // Calls visit(const CtcSample&) for each.
  template <class Visit>
  void ForEach(Visit visit) const {
    int64_t offset = 0;
    for (int64_t i = 0; i < batch_.n; ++i) {
      const auto length = static_cast<size_t>(target_lengths_[i]);
      const int64_t* labels = targets_ + (batch_.concatenated ? offset : i * batch_.target_extent);
      visit(CtcSample{i, input_lengths_[i], batch_.blank, {labels, length}});
      offset += target_lengths_[i];
    }
  }

 private:
  absl::Status CheckLengths() const;

  CtcBatch batch_;
  const int64_t* targets_;
  const int64_t* input_lengths_;
  const int64_t* target_lengths_;
};

}  // namespace moduled::nn
