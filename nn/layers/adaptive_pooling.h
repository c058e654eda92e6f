// Pooling layers of torch.nn that take the size of their output.
#pragma once

#include "absl/types/span.h"
#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> AdaptivePoolingLayers();

}  // namespace moduled::nn
