// Losses that compare a prediction with its target element by element.
#pragma once

#include "nn/layers/layer_info.h"
#include "nn/modules/function.h"

namespace moduled::nn {

absl::Span<const LayerInfo> PointwiseLossLayers();
absl::Span<const Function> PointwiseLossFunctions();

}  // namespace moduled::nn
