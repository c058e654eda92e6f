// Negative log-likelihoods of targets under distributions that the inputs describe.
#pragma once

#include "nn/layers/layer_info.h"
#include "nn/modules/function.h"

namespace moduled::nn {

absl::Span<const LayerInfo> LikelihoodLossLayers();
absl::Span<const Function> LikelihoodLossFunctions();

}  // namespace moduled::nn
