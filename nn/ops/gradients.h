// What the gradients of many operators need.
#pragma once

#include "absl/status/statusor.h"
#include "nn/graph/gradient.h"

namespace moduled::nn {

// The sum of a gradient over what broadcasting has repeated: from the output's shape back to `shape`. Requires a shape
// that broadcasts to the gradient's.
absl::StatusOr<Value> SumToShape(GradientScope& scope, Value gradient, const Shape& shape);

// value * factor, and -value.
absl::StatusOr<Value> Times(GradientScope& scope, Value value, double factor);
absl::StatusOr<Value> Negated(GradientScope& scope, Value value);

// The sum along one axis, which keeps an extent of 1. A scalar is its own sum.
absl::StatusOr<Value> SumAlongAxis(GradientScope& scope, Value value, int64_t axis);

// The transpose of the last two axes. Requires rank >= 2.
absl::StatusOr<Value> Transposed(GradientScope& scope, Value matrix);

// The same elements under another shape.
absl::StatusOr<Value> Reshaped(GradientScope& scope, Value value, Shape shape);

// Sets the gradient of an input that was broadcast to the output: computes `gradient` only where it is wanted. It is a
// function () -> absl::StatusOr<Value>, of the output's shape.
template <class Function>
absl::Status SetBroadcast(GradientScope& scope, size_t input, Function gradient) {
  if (!scope.wants(input)) return absl::OkStatus();
  absl::StatusOr<Value> full = gradient();
  if (!full.ok()) return full.status();
  return scope.Set(input, SumToShape(scope, *full, scope.spec(scope.in(input)).shape));
}

}  // namespace moduled::nn
