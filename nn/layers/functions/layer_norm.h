// torch.nn.functional.layer_norm.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> LayerNormFunctions();

}  // namespace moduled::nn::functions
