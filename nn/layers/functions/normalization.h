// Normalisations of torch.nn.functional.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> NormalizationFunctions();

}  // namespace moduled::nn::functions
