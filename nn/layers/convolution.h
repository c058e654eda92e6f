// Convolution layers of torch.nn.
#pragma once

#include "nn/layers/layer.h"

namespace moduled::nn {

// Conv2d(in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True,
//        padding_mode='zeros'): cross-correlation.
//
//   x [N, in_channels, H, W] -> y [N, out_channels, H', W']; without N in both where x has none
//
// padding_name stands for a padding that is a str: 'valid' or 'same'.
LayerResult CreateConv2d(const LayerArguments& arguments);

}  // namespace moduled::nn
