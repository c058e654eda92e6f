// torch.nn.functional.pad, as padding layers and functions share it.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "nn/modules/trace.h"
#include "nn/ops/pad.h"

namespace moduled::nn {

// `padding` in torch's order: before and after the last axis, then before and after the one in front of it, and so on.
// Negative numbers cut off. `value` is for PadMode::kConstant.
absl::StatusOr<Symbol> Pad(Trace& trace, Value input, absl::Span<const int64_t> padding, PadMode mode, double value);

}  // namespace moduled::nn
