// Shape utilities of torch.nn.
#pragma once

#include "nn/layers/layer.h"

namespace moduled::nn {

// Flatten(start_dim=1, end_dim=-1): merges the axes start_dim to end_dim.
LayerResult CreateFlatten(const LayerArguments& arguments);

}  // namespace moduled::nn
