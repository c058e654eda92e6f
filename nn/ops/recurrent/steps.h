// The steps of sequences that stand step by step in the rows of a matrix: those of a batch that are still running, the
// longest first.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "nn/ops/recurrent/attrs.h"

namespace moduled::nn {

struct Step {
  int64_t begin = 0;         // Its first row.
  int64_t count = 0;         // Its rows: the sequences 0 to count.
  int64_t before = 0;        // The first row of the step that is computed before it,
  int64_t before_count = 0;  // and how many of these continue here; the others start here, from the initial state.
};

// Whether the sizes, one for each step, are those of sequences that are sorted by length: what a run must check before
// it believes them.
absl::Status CheckBatchSizes(const RecurrentSizes& sizes, const int64_t* batch_sizes);

// Calls visit(step) for each step: in the order in which it is computed, or backward in that order. Requires batch
// sizes that were checked; null where all steps have all sequences.
template <class Visit>
void ForEachStep(const RecurrentSizes& sizes, const int64_t* batch_sizes, bool reverse, bool backward, Visit visit) {
  const auto count = [&](int64_t step) {
    if (step < 0 || step >= sizes.steps) return int64_t{0};
    return batch_sizes == nullptr ? sizes.batch : batch_sizes[step];
  };
  const bool ascending = reverse == backward;
  int64_t begin = ascending ? 0 : sizes.rows;
  for (int64_t i = 0; i < sizes.steps; ++i) {
    const int64_t index = ascending ? i : sizes.steps - 1 - i;
    Step step;
    step.count = count(index);
    if (!ascending) begin -= step.count;
    step.begin = begin;
    // From the end, sequences join; the step before has fewer. From the front they leave, and it has more.
    step.before = reverse ? begin + step.count : begin - count(index - 1);
    const int64_t before_count = count(reverse ? index + 1 : index - 1);
    step.before_count = before_count < step.count ? before_count : step.count;
    visit(step);
    if (ascending) begin += step.count;
  }
}

}  // namespace moduled::nn
