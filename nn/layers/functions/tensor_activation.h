// Activations of torch.nn.functional of halves, channels and axes.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> TensorActivationFunctions();

}  // namespace moduled::nn::functions
