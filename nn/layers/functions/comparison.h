// Functions that compare, decide and choose: of tensors, of numbers, and of one of each.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> ComparisonFunctions();

}  // namespace moduled::nn::functions
