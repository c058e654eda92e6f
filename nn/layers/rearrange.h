// Arrangements of elements that layers and functions have in common.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "nn/modules/trace.h"

namespace moduled::nn {

// torch.permute: the axes in another order; nothing is recorded where it is the same. Requires each axis once.
absl::StatusOr<Value> PermuteAxes(Trace& trace, Value input, std::vector<int64_t> axes);

// torch.roll along one axis, which must be there: what leaves at the end comes in at the beginning.
absl::StatusOr<Value> RollAxis(Trace& trace, Value input, int64_t axis, int64_t shift);

}  // namespace moduled::nn
