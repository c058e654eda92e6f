// Transformers of torch.nn: encoder and decoder layers, what calls them in a row, and Transformer, which has both.
#pragma once

#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> TransformerLayers();       // TransformerEncoderLayer, TransformerDecoderLayer
absl::Span<const LayerInfo> TransformerStackLayers();  // TransformerEncoder, TransformerDecoder, Transformer

}  // namespace moduled::nn
