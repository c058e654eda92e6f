// torchvision's own functions, as torch.fx meets them in its models.
#pragma once

#include "absl/types/span.h"
#include "nn/modules/function.h"

namespace moduled::nn::functions {

absl::Span<const Function> TorchvisionFunctions();

}  // namespace moduled::nn::functions
