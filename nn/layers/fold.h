// torch.nn.Unfold and Fold.
#pragma once

#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> FoldLayers();

}  // namespace moduled::nn
