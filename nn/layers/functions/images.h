// torch.nn.functional's functions of images: padding, resizing and shuffling.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> ImageFunctions();

}  // namespace moduled::nn::functions
