// Pooling layers of torch.nn whose windows slide.
#pragma once

#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> PoolingLayers();

}  // namespace moduled::nn
