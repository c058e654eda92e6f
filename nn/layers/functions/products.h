// Sums of products beyond matmul: addmm, baddbmm, einsum.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> ProductFunctions();

}  // namespace moduled::nn::functions
