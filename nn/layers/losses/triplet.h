// Losses that want an anchor nearer to one sample than to another.
#pragma once

#include "nn/layers/layer_info.h"
#include "nn/modules/function.h"

namespace moduled::nn {

absl::Span<const LayerInfo> TripletLossLayers();
absl::Span<const Function> TripletLossFunctions();

}  // namespace moduled::nn
