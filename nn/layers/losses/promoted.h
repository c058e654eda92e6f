// The inputs of losses whose types torch promotes.
#pragma once

#include <vector>

#include "nn/layers/losses/loss.h"

namespace moduled::nn {

// All of the tensors, which must be present, as their common type.
absl::StatusOr<std::vector<Value>> Promoted(Trace& trace, absl::Span<const std::optional<Value>> tensors);

}  // namespace moduled::nn
