// Losses that want one score, or one distance, to exceed another by a margin.
#pragma once

#include "nn/layers/layer_info.h"
#include "nn/modules/function.h"

namespace moduled::nn {

absl::Span<const LayerInfo> MarginLossLayers();
absl::Span<const Function> MarginLossFunctions();

}  // namespace moduled::nn
