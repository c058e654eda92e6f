// The parameters of one layer of a recurrent network in one direction, and running it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/layers/layer.h"
#include "nn/ops/recurrent/attrs.h"

namespace moduled::nn {

struct RecurrentExtents {
  int64_t input = 0;
  int64_t hidden = 0;
  int64_t projection = 0;  // 0: none.

  int64_t width() const { return projection > 0 ? projection : hidden; }
};

// Adds weight_ih, weight_hh, bias_ih, bias_hh and weight_hr with `suffix`, drawn as torch does. `cell`: a bias that is
// off keeps its slot.
absl::Status AddRecurrentState(InitContext& context, Layer& layer, const RecurrentAttrs& attrs,
                               const RecurrentExtents& extents, const std::string& suffix, bool cell);

struct RecurrentResult {
  Value rows;
  std::vector<Value> states;  // h, and c of an LSTM: [N, *].
};

// Runs over rows of all steps. `states` are the initial ones. `batch_sizes`: where attrs.packed.
absl::StatusOr<RecurrentResult> RunRecurrent(Trace& trace, const Module& layer, const RecurrentAttrs& attrs,
                                             const std::string& suffix, Value rows, const std::vector<Value>& states,
                                             std::optional<Value> batch_sizes);

// Zeros of the type of `like`.
absl::StatusOr<Value> ZeroState(Trace& trace, Value like, Shape shape);

}  // namespace moduled::nn
