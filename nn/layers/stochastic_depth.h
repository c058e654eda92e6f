// Stochastic depth, as torchvision's models have it: while training, whole rows or the whole input are left out.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nn/modules/trace.h"

namespace moduled::nn {

// Refuses probabilities and modes (want "batch" or "row") as torchvision does.
absl::Status CheckStochasticDepth(double p, absl::string_view mode);

// input * noise: 0 with probability p and else 1 / (1 - p), for each row by itself or for all together.
absl::StatusOr<Value> StochasticDepth(Trace& trace, Value input, double p, bool by_row);

// The seed of a random function of a graph. It depends on where in the graph its input stands: two calls differ, and
// every run of the same graph draws the same numbers.
inline uint64_t SeedOfCall(Value input) { return (static_cast<uint64_t>(input.id) + 1) * 0x9e3779b97f4a7c15; }

}  // namespace moduled::nn
