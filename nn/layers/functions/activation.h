// Activations of torch.nn.functional that are functions of one number.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> ActivationFunctions();

}  // namespace moduled::nn::functions
