// Normalisation layers of torch.nn.
#pragma once

#include "nn/layers/layer.h"

namespace moduled::nn {

// BatchNorm2d(num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
//
//   y = (x - mean) / sqrt(var + eps) * weight + bias, by channel; x, y [N, num_features, H, W]
//
// In evaluation mode mean and var are the running statistics, where they are tracked; otherwise, and in training mode,
// those of the batch. Serving a request in training mode does not update the running statistics: what is served is
// immutable, and an answer must not depend on the requests before it.
LayerResult CreateBatchNorm2d(const LayerArguments& arguments);

// LayerNorm(normalized_shape, eps=1e-05, elementwise_affine=True, bias=True)
//
//   y = (x - mean) / sqrt(var + eps) * weight + bias, over the last axes; x, y [..., *normalized_shape]
LayerResult CreateLayerNorm(const LayerArguments& arguments);

}  // namespace moduled::nn
