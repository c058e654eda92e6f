// Where padding finds what it repeats, which padding and its gradient share.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/ops/pad.h"

namespace moduled::nn {

// For each axis of `in` and each index of the padded axis, the input's index that stands there. Requires a mode that
// repeats, and what PadOp::Infer accepted; empty where the padded tensor is.
std::vector<std::vector<int64_t>> PadSources(const PadOp::Attrs& attrs, const Shape& in, const Shape& out);

}  // namespace moduled::nn
