// Dropout as its layers and functions share it, in training mode: in evaluation nothing happens.
//
// What falls out depends on the seed and on places alone.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nn/modules/trace.h"

namespace moduled::nn {

// "dropout probability has to be between 0 and 1, but got 2.0".
absl::Status CheckDropoutProbability(double p);

using DropoutFunction = absl::StatusOr<Value> (*)(Trace& trace, Value input, double p, uint64_t seed);

// Each element by itself.
absl::StatusOr<Value> Dropout(Trace& trace, Value input, double p, uint64_t seed);

// Each channel as a whole: of [N, C, ...], and in one and three dimensions of [C, ...] without a batch too.
absl::StatusOr<Value> Dropout1d(Trace& trace, Value input, double p, uint64_t seed);
absl::StatusOr<Value> Dropout2d(Trace& trace, Value input, double p, uint64_t seed);
absl::StatusOr<Value> Dropout3d(Trace& trace, Value input, double p, uint64_t seed);

// Elements, or channels, with values that keep mean and variance in the place of zeros.
absl::StatusOr<Value> AlphaDropout(Trace& trace, Value input, double p, uint64_t seed);
absl::StatusOr<Value> FeatureAlphaDropout(Trace& trace, Value input, double p, uint64_t seed);

}  // namespace moduled::nn
