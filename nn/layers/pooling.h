// Pooling layers of torch.nn, over [N, C, H, W] or [C, H, W].
#pragma once

#include "nn/layers/layer.h"

namespace moduled::nn {

// MaxPool2d(kernel_size, stride=kernel_size, padding=0, dilation=1, return_indices=False, ceil_mode=False): the maximum
// of each window; with return_indices a tuple of it and its position in the input's plane.
LayerResult CreateMaxPool2d(const LayerArguments& arguments);

// AvgPool2d(kernel_size, stride=kernel_size, padding=0, ceil_mode=False, count_include_pad=True,
//           divisor_override=None): the mean of each window.
LayerResult CreateAvgPool2d(const LayerArguments& arguments);

// AdaptiveAvgPool2d(output_size): the mean of windows that tile the input.
LayerResult CreateAdaptiveAvgPool2d(const LayerArguments& arguments);

}  // namespace moduled::nn
