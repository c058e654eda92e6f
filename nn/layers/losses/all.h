// All losses, for the catalogue.
#pragma once

#include "nn/layers/layer_info.h"
#include "nn/modules/function.h"

namespace moduled::nn {

absl::Span<const LayerInfo> LossLayers();
absl::Span<const Function> LossFunctions();

}  // namespace moduled::nn
