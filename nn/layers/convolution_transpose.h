// Transposed convolution layers of torch.nn.
#pragma once

#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> ConvolutionTransposeLayers();

}  // namespace moduled::nn
