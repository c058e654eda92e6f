// The loops of softmax and log_softmax. y may be x.
//
// x and y are [outer, n, inner]; the sums run along n.
#pragma once

#include <cstdint>

#include "nn/tensor/shape.h"

namespace moduled::nn::kernels {

struct SoftmaxExtents {
  int64_t outer = 1;
  int64_t n = 1;
  int64_t inner = 1;
};

// Requires an axis of the shape; a scalar counts as having one.
inline SoftmaxExtents SoftmaxExtentsOf(const Shape& shape, int64_t axis) {
  if (shape.empty()) return {};
  const auto along = static_cast<size_t>(axis);
  return {shape.numel(0, along), shape[along], shape.numel(along + 1, shape.rank())};
}

void Softmax(const float* x, float* y, const SoftmaxExtents& extents);
void Softmax(const double* x, double* y, const SoftmaxExtents& extents);
void LogSoftmax(const float* x, float* y, const SoftmaxExtents& extents);
void LogSoftmax(const double* x, double* y, const SoftmaxExtents& extents);

}  // namespace moduled::nn::kernels
