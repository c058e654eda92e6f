// One step of recurrent layers of torch.nn: RNNCell, LSTMCell and GRUCell.
#pragma once

#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> RecurrentCellLayers();

}  // namespace moduled::nn
