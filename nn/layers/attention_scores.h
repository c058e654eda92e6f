// softmax(q k^T / sqrt(E) + mask) v: the heart of attention.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "nn/modules/trace.h"

namespace moduled::nn {

struct AttentionResult {
  Value output;   // [..., L, Ev]
  Value weights;  // [..., L, S], after dropout; only where they are wanted.
};

struct AttentionOptions {
  std::optional<double> scale = std::nullopt;  // 1 / sqrt(E) where it is not given.
  double dropout = 0;                          // Of the weights.
  uint64_t seed = 0;
  bool weights = false;  // Whether they are wanted. Without them and without dropout one operator does it all.
};

// q [..., L, E], k [..., S, E], v [..., S, Ev], mask broadcasts to [..., L, S] and is added.
absl::StatusOr<AttentionResult> Attend(Trace& trace, Value q, Value k, Value v, std::optional<Value> mask,
                                       const AttentionOptions& options);

}  // namespace moduled::nn
