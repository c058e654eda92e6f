// Pooling layers of torch.nn, over [N, C, H, W] or [C, H, W].
#pragma once

#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> PoolingLayers();

}  // namespace moduled::nn
