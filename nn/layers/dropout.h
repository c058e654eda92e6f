// Dropout layers of torch.nn.
#pragma once

#include "nn/layers/layer.h"

namespace moduled::nn {

// Dropout(p=0.5, inplace=False): its input, but in training mode zero with probability p and else x / (1 - p).
//
// Which elements fall out depends on the model's seed and on where the layer stands in the graph: the same request
// always gets the same answer.
LayerResult CreateDropout(const LayerArguments& arguments);

}  // namespace moduled::nn
