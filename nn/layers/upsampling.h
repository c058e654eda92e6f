// Resizing layers of torch.nn.
#pragma once

#include "absl/types/span.h"
#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> UpsamplingLayers();

}  // namespace moduled::nn
