// torch.nn.AdaptiveLogSoftmaxWithLoss.
#pragma once

#include "absl/types/span.h"
#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> AdaptiveLogSoftmaxLayers();

}  // namespace moduled::nn
