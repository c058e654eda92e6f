// CTCLoss, of sequences that are not aligned with their labels.
#pragma once

#include "nn/layers/layer_info.h"
#include "nn/modules/function.h"

namespace moduled::nn {

absl::Span<const LayerInfo> CtcLossLayers();
absl::Span<const Function> CtcLossFunctions();

}  // namespace moduled::nn
