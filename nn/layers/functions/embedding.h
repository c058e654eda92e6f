// Functions that look rows up in a table, and one_hot.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> EmbeddingFunctions();

}  // namespace moduled::nn::functions
