// Functions that see the elements of a tensor under other axes.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> ViewFunctions();

}  // namespace moduled::nn::functions
