// Activations of more than one number, as layers and functions share them.
#pragma once

#include <cstdint>
#include <optional>

#include "nn/modules/trace.h"

namespace moduled::nn {

// a sigmoid(b), where a and b are the halves of the input along `dim`.
absl::StatusOr<Value> Glu(Trace& trace, Value input, int64_t dim);

// x where x > 0, else weight x; a weight [C] is for the channels of [N, C, ...].
absl::StatusOr<Value> Prelu(Trace& trace, Value input, Value weight);

// leaky_relu with the mean of the bounds as its slope or, while training, with slopes drawn from U(lower, upper).
absl::StatusOr<Value> Rrelu(Trace& trace, Value input, double lower, double upper, bool training, uint64_t seed);

// Along one axis; torch chooses one where none is given.
using AlongAxisFunction = absl::StatusOr<Value> (*)(Trace& trace, Value input, std::optional<int64_t> dim);
absl::StatusOr<Value> Softmax(Trace& trace, Value input, std::optional<int64_t> dim);
absl::StatusOr<Value> Softmin(Trace& trace, Value input, std::optional<int64_t> dim);
absl::StatusOr<Value> LogSoftmax(Trace& trace, Value input, std::optional<int64_t> dim);

// softmax((input + noise) / tau) with noise of the standard Gumbel distribution. `hard`: the greatest is 1 and the rest
// 0, with the gradient of the soft ones.
absl::StatusOr<Value> GumbelSoftmax(Trace& trace, Value input, double tau, bool hard, int64_t dim, uint64_t seed);

}  // namespace moduled::nn
