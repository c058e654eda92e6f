// Pooling as its layers and functions share it: torch's checks of the input, which may come without its batch axis.
//
// The number of spatial axes is that of the attributes' entries.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/modules/trace.h"
#include "nn/ops/avg_pool.h"
#include "nn/ops/max_pool.h"

namespace moduled::nn {

// The maxima, or a tuple of maxima and indices where they are asked for.
absl::StatusOr<Symbol> MaxPool(Trace& trace, Value input, const MaxPoolOp::Attrs& attrs);

absl::StatusOr<Symbol> AvgPool(Trace& trace, Value input, const AvgPoolOp::Attrs& attrs);

// The sum of x^norm_type over each window to the power of 1 / norm_type.
absl::StatusOr<Symbol> LpPool(Trace& trace, Value input, double norm_type, const AvgPoolOp::Attrs& windows);

// Where output_size is -1, torch's None, the input's extent stays.
absl::StatusOr<Symbol> AdaptiveAvgPool(Trace& trace, Value input, std::vector<int64_t> output_size);
absl::StatusOr<Symbol> AdaptiveMaxPool(Trace& trace, Value input, std::vector<int64_t> output_size,
                                       bool return_indices);

}  // namespace moduled::nn
