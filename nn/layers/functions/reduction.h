// Functions that make one element of many.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> ReductionFunctions();

}  // namespace moduled::nn::functions
