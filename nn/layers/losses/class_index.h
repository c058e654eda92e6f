// Losses of scores for classes of which one is right.
#pragma once

#include "nn/layers/layer_info.h"
#include "nn/modules/function.h"

namespace moduled::nn {

absl::Span<const LayerInfo> ClassIndexLossLayers();
absl::Span<const Function> ClassIndexLossFunctions();

}  // namespace moduled::nn
