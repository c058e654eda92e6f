// Linear layers of torch.nn.
#pragma once

#include "nn/layers/layer.h"

namespace moduled::nn {

// Identity(): returns its input.
LayerResult CreateIdentity(const LayerArguments& arguments);

// Linear(in_features, out_features, bias=True): y = x A^T + b; x [..., in_features] -> y [..., out_features].
LayerResult CreateLinear(const LayerArguments& arguments);

}  // namespace moduled::nn
