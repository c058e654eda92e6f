// MultiheadAttention of torch.nn.
#pragma once

#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> AttentionLayers();

}  // namespace moduled::nn
