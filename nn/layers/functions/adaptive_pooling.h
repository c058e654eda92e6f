// torch.nn.functional's pooling to a given size: adaptive, and at random places.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> AdaptivePoolingFunctions();

}  // namespace moduled::nn::functions
