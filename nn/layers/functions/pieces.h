// Functions that take tensors apart and put them together.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> PieceFunctions();

}  // namespace moduled::nn::functions
