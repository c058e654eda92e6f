// Activation layers of torch.nn: each is one operator. inplace is accepted and changes nothing but repr: values that a
// hook may see are never overwritten.
#pragma once

#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> ActivationLayers();

}  // namespace moduled::nn
