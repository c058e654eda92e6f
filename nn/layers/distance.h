// Distance layers of torch.nn.
#pragma once

#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> DistanceLayers();

// For layers that measure with it.
LayerResult CreatePairwiseDistance(const LayerArguments& arguments);

}  // namespace moduled::nn
