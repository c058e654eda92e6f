// Functions that choose elements along an axis by their size or by an index, or put them in order.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> SelectionFunctions();

}  // namespace moduled::nn::functions
