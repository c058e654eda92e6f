// Reductions of rows, for the loops of softmax, layer norm and mean.
//
// Sums are taken in double: over a float row of any length the error stays below what a float can show.
#pragma once

#include <cstdint>

#include "nn/ops/kernels/vector_loop.h"

namespace moduled::nn::kernels {

// Partial results side by side: enough to fill the widest registers twice.
inline constexpr int64_t kLanes = 16;

// The sum of term(x[i]), a double, over n elements.
template <class T, class Term>
MODULED_INLINE double SumOf(const T* x, int64_t n, Term term) {
  double lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] += term(x[i + lane]);
  }
  for (int64_t lane = 0; i < n; ++i, ++lane) lanes[lane] += term(x[i]);
  for (int64_t width = kLanes / 2; width > 0; width /= 2) {
    for (int64_t lane = 0; lane < width; ++lane) lanes[lane] += lanes[lane + width];
  }
  return lanes[0];
}

// The greatest of n >= 1 elements. NaNs count or do not: whoever asks meets them again.
template <class T>
MODULED_INLINE T MaxOf(const T* x, int64_t n) {
  T lanes[kLanes];
  for (T& lane : lanes) lane = x[0];
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] = lanes[lane] < x[i + lane] ? x[i + lane] : lanes[lane];
  }
  for (; i < n; ++i) lanes[0] = lanes[0] < x[i] ? x[i] : lanes[0];
  T greatest = lanes[0];
  for (int64_t lane = 1; lane < kLanes; ++lane) greatest = greatest < lanes[lane] ? lanes[lane] : greatest;
  return greatest;
}

}  // namespace moduled::nn::kernels
