// Losses with hinges between the scores of the right classes and all others.
#pragma once

#include "nn/layers/layer_info.h"
#include "nn/modules/function.h"

namespace moduled::nn {

absl::Span<const LayerInfo> MultiClassLossLayers();
absl::Span<const Function> MultiClassLossFunctions();

}  // namespace moduled::nn
