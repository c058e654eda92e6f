// Linear layers of torch.nn.
#pragma once

#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> LinearLayers();
absl::Span<const LayerInfo> BilinearLayers();

}  // namespace moduled::nn
