// torch.nn.functional's pooling.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> PoolingFunctions();

}  // namespace moduled::nn::functions
