// Linear functions of torch.nn.functional.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> LinearFunctions();

}  // namespace moduled::nn::functions
