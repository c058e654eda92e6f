// Functions that compute each element of the result from one element, and conversions between types.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> ElementaryFunctions();

}  // namespace moduled::nn::functions
