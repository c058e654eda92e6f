// getitem: Python's subscription of tensors and of values that hold them.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> IndexingFunctions();

}  // namespace moduled::nn::functions
