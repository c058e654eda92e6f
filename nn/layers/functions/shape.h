// Functions that arrange the elements of tensors anew, or ask how they are arranged.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> ShapeFunctions();

}  // namespace moduled::nn::functions
