// Layers of torch.nn that look rows up in a table: Embedding and EmbeddingBag.
#pragma once

#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> EmbeddingLayers();

}  // namespace moduled::nn
