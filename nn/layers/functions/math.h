// Functions that compute with the elements of tensors.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> MathFunctions();

}  // namespace moduled::nn::functions
