// Functions that move the elements of a tensor to other places, or repeat them.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> ArrangementFunctions();

}  // namespace moduled::nn::functions
