// The gradient that maximum and minimum share.
#pragma once

#include "absl/status/status.h"
#include "nn/graph/gradient.h"
#include "nn/ops/compare.h"

namespace moduled::nn {

// An input gets the gradient where it won, and half of it where both are equal, as in torch. `loses` holds between an
// input and a greater winner; where neither loses, because one is a NaN, both get the gradient.
absl::Status SetExtremumGradient(GradientScope& scope, Comparison loses);

}  // namespace moduled::nn
