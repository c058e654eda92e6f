// Activation layers of torch.nn: each is one operator. inplace is accepted and changes nothing but repr: values that a
// hook may see are never overwritten.
#pragma once

#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> ActivationLayers();        // Of whole tensors, without parameters.
absl::Span<const LayerInfo> RealActivationLayers();    // Functions of a number, with parameters.
absl::Span<const LayerInfo> TensorActivationLayers();  // Of halves, channels and axes.

}  // namespace moduled::nn
