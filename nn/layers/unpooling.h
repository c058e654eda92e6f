// Pooling layers of torch.nn that go by indices or random samples.
#pragma once

#include "absl/types/span.h"
#include "nn/layers/layer_info.h"

namespace moduled::nn {

absl::Span<const LayerInfo> UnpoolingLayers();

}  // namespace moduled::nn
