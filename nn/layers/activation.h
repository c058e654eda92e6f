// Activation layers of torch.nn. inplace is accepted and changes nothing but repr: values that a
// hook may see are never overwritten.
#pragma once

#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> ActivationLayers();        // Functions of a number.
absl::Span<const LayerInfo> TensorActivationLayers();  // Of halves, channels and axes.

}  // namespace moduled::nn
