// The bilinear form of torch.nn.functional.bilinear.
#pragma once

#include <optional>

#include "nn/modules/trace.h"

namespace moduled::nn {

// y[..., o] = x1[..., :]^T weight[o] x2[..., :] + bias[o]; INVALID_ARGUMENT, in torch's words, if shapes do not fit.
absl::StatusOr<Value> Bilinear(Trace& trace, Value x1, Value x2, Value weight, std::optional<Value> bias);

}  // namespace moduled::nn
