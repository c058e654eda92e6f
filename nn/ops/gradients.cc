#include "nn/ops/gradients.h"

#include <numeric>
#include <utility>
#include <vector>

#include "nn/ops/mul.h"
#include "nn/ops/permute.h"
#include "nn/ops/reshape.h"
#include "nn/ops/sum.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::StatusOr<Value> SumToShape(GradientScope& scope, Value gradient, const Shape& shape) {
  const Shape from = scope.spec(gradient).shape;
  if (from == shape) return gradient;
  SumOp::Attrs repeated;
  const size_t new_axes = from.rank() - shape.rank();
  for (size_t axis = 0; axis < from.rank(); ++axis) {
    if (axis < new_axes || from[axis] != shape[axis - new_axes]) repeated.axes.push_back(static_cast<int64_t>(axis));
  }
  ASSIGN_OR_RETURN(const Value sum, scope.Apply<SumOp>(repeated, {gradient}));
  return scope.Apply<ReshapeOp>({.shape = shape}, {sum});
}

absl::StatusOr<Value> Times(GradientScope& scope, Value value, double factor) {
  ASSIGN_OR_RETURN(const Value scalar, scope.Scalar(factor, scope.spec(value).dtype));
  return scope.Apply<MulOp>({}, {value, scalar});
}

absl::StatusOr<Value> SumAlongAxis(GradientScope& scope, Value value, int64_t axis) {
  if (scope.spec(value).shape.empty()) return value;
  return scope.Apply<SumOp>({.axes = {axis}, .keepdim = true}, {value});
}

absl::StatusOr<Value> Transposed(GradientScope& scope, Value matrix) {
  std::vector<int64_t> axes(scope.spec(matrix).shape.rank());
  std::iota(axes.begin(), axes.end(), int64_t{0});
  std::swap(axes[axes.size() - 1], axes[axes.size() - 2]);
  return scope.Apply<PermuteOp>({.axes = std::move(axes)}, {matrix});
}

absl::StatusOr<Value> Reshaped(GradientScope& scope, Value value, Shape shape) {
  return scope.Apply<ReshapeOp>({.shape = std::move(shape)}, {value});
}

absl::StatusOr<Value> Negated(GradientScope& scope, Value value) { return Times(scope, value, -1); }

}  // namespace moduled::nn
