// Dropout as its layers and functions share it, in training mode: in evaluation nothing happens.
//
// What falls out depends on the seed and on places alone.
#pragma once

#include <cstdint>

#include "nn/modules/trace.h"

namespace moduled::nn {

// Each element by itself.
absl::StatusOr<Value> ElementDropout(Trace& trace, Value input, double p, uint64_t seed);

// Each channel of [N, C, ...], or of [C, ...] without a batch, as a whole.
absl::StatusOr<Value> FeatureDropout(Trace& trace, Value input, double p, uint64_t seed, bool batched);

// The same with values that keep mean and variance in the place of zeros; `by_feature` for whole channels.
absl::StatusOr<Value> AlphaDropout(Trace& trace, Value input, double p, uint64_t seed, bool by_feature);

}  // namespace moduled::nn
