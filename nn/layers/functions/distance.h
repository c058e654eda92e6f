// Distances and similarities of vectors.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> DistanceFunctions();

}  // namespace moduled::nn::functions
