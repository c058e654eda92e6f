// What the gradients of operators with channels, x [N, C, ...], need.
#pragma once

#include "absl/status/statusor.h"
#include "nn/graph/gradient.h"

namespace moduled::nn {

// A value [C] for broadcasting over a tensor of this shape: [C, 1, ...].
absl::StatusOr<Value> PerChannel(GradientScope& scope, Value value, const Shape& shape);

// The sums over all axes but the channels': [N, C, ...] -> [C].
absl::StatusOr<Value> SumPerChannel(GradientScope& scope, Value value);

// 1 / sqrt(var + eps) of a variance [C], for broadcasting.
absl::StatusOr<Value> InverseDeviation(GradientScope& scope, Value var, double eps, const Shape& shape);

// (x - mean) * scale of a mean [C] and a scale that broadcasts.
absl::StatusOr<Value> Normalized(GradientScope& scope, Value x, Value mean, Value scale);

}  // namespace moduled::nn
