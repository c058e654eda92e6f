// Normalisation layers of torch.nn.
#pragma once

#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> NormalizationLayers();  // Of layers, groups and neighbours.
absl::Span<const LayerInfo> ChannelNormLayers();    // BatchNorm and InstanceNorm.

}  // namespace moduled::nn
