// Functions that make tensors of nothing: their shapes are known while tracing, and so is what they are filled with.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> CreationFunctions();

}  // namespace moduled::nn::functions
