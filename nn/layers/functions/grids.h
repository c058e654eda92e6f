// torch.nn.functional's grids: affine_grid and grid_sample.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> GridFunctions();

}  // namespace moduled::nn::functions
