// Recurrent layers of torch.nn: RNN, LSTM, GRU, and RNNBase, which has their state and no forward.
#pragma once

#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> RecurrentLayers();

}  // namespace moduled::nn
