// Losses of probabilities, or logits, of labels that hold or do not.
#pragma once

#include "nn/layers/layer_info.h"
#include "nn/modules/function.h"

namespace moduled::nn {

absl::Span<const LayerInfo> BinaryLossLayers();
absl::Span<const Function> BinaryLossFunctions();

}  // namespace moduled::nn
