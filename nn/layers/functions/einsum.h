// torch.einsum, by matrix products.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nn/modules/trace.h"

namespace moduled::nn::functions {

// Requires at least one operand. Errors are torch's.
absl::StatusOr<Value> Einsum(Trace& trace, absl::string_view equation, const std::vector<Value>& operands);

}  // namespace moduled::nn::functions
