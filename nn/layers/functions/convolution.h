// torch.nn.functional's convolutions: conv1d to conv3d, conv_transpose1d to conv_transpose3d, unfold and fold.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> ConvolutionFunctions();

}  // namespace moduled::nn::functions
