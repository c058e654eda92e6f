// Activations of more than one number, as layers and functions share them.
#pragma once

#include <cstdint>

#include "nn/modules/trace.h"

namespace moduled::nn {

// a sigmoid(b), where a and b are the halves of the input along `dim`.
absl::StatusOr<Value> Glu(Trace& trace, Value input, int64_t dim);

// x where x > 0, else weight x; a weight [C] is for the channels of [N, C, ...].
absl::StatusOr<Value> Prelu(Trace& trace, Value input, Value weight);

// leaky_relu with the mean of the bounds as its slope or, while training, with slopes drawn from U(lower, upper).
absl::StatusOr<Value> Rrelu(Trace& trace, Value input, double lower, double upper, bool training, uint64_t seed);

}  // namespace moduled::nn
