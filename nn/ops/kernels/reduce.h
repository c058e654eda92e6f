// Reductions of rows, for the loops of softmax, layer norm and mean.
//
// Sums are taken in double, or in float over pieces that are short enough: over a float row of any length the error
// stays below what a float can show.
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

// Partial sums of floats: the terms of a piece go into the lanes of a few registers, the sums of pieces into doubles.
inline constexpr int64_t kPiece = 1024;

// The sum of term(x[i]), a float, over n elements. A term must not grow over the float range.
template <class Term>
MODULED_INLINE double FloatSumOf(const float* x, int64_t n, Term term) {
  double total = 0;
  for (int64_t begin = 0; begin < n; begin += kPiece) {
    const int64_t length = n - begin < kPiece ? n - begin : kPiece;
    const float* const piece = x + begin;
    const int64_t third = length / 3;
    // Three sums at once, since the next addition to one of them must wait for the last.
    float a = 0, b = 0, c = 0;
#pragma omp simd reduction(+ : a, b, c)
    for (int64_t i = 0; i < third; ++i) {
      a += term(piece[i]);
      b += term(piece[third + i]);
      c += term(piece[2 * third + i]);
    }
    for (int64_t i = 3 * third; i < length; ++i) a += term(piece[i]);
    total += static_cast<double>(a) + static_cast<double>(b) + static_cast<double>(c);
  }
  return total;
}

// The sums of x[i] - center and of their squares.
struct Deviations {
  double sum = 0;
  double squares = 0;
};
MODULED_INLINE Deviations DeviationsOf(const float* x, int64_t n, float center) {
  Deviations total;
  for (int64_t begin = 0; begin < n; begin += kPiece) {
    const int64_t end = n - begin < kPiece ? n : begin + kPiece;
    float sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum, squares)
    for (int64_t i = begin; i < end; ++i) {
      const float deviation = x[i] - center;
      sum += deviation;
      squares += deviation * deviation;
    }
    total.sum += static_cast<double>(sum);
    total.squares += static_cast<double>(squares);
  }
  return total;
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
