#include "nn/ops/kernels/layer_norm.h"

#include <cmath>

#include "nn/ops/kernels/reduce.h"

namespace moduled::nn::kernels {
namespace {

// How a row becomes one of mean 0 and variance 1: (x - center - rest) * scale. The mean stands in two parts, because
// what rounding takes from it counts where the deviations are small beside it.
template <class T>
struct Standard {
  T center;
  T rest;
  T scale;
};

template <class T>
MODULED_INLINE T ScaleOf(double squares, int64_t n, double eps) {
  return static_cast<T>(1.0 / std::sqrt(squares / static_cast<double>(n) + eps));
}

template <class T>
MODULED_INLINE Standard<T> StandardInDouble(const T* x, int64_t n, double eps) {
  const double mean = SumOf(x, n, [](T e) { return static_cast<double>(e); }) / static_cast<double>(n);
  // Deviations first, squares second: the difference of two large sums would lose the variance of large means.
  const double squares = SumOf(x, n, [mean](T e) { return (e - mean) * (e - mean); });
  const T center = static_cast<T>(mean);
  return {center, static_cast<T>(mean - static_cast<double>(center)), ScaleOf<T>(squares, n, eps)};
}

MODULED_INLINE Standard<double> StandardOf(const double* x, int64_t n, double eps) {
  return StandardInDouble(x, n, eps);
}

// In float, the error of the first mean is made good by the sum of the deviations from it.
MODULED_INLINE Standard<float> StandardOf(const float* x, int64_t n, double eps) {
  const auto count = static_cast<double>(n);
  const auto center = static_cast<float>(FloatSumOf(x, n, [](float e) { return e; }) / count);
  const Deviations from = DeviationsOf(x, n, center);
  // Beyond the range of floats' squares, and for infinities and NaNs, which stay what they are.
  if (!std::isfinite(from.squares)) return StandardInDouble(x, n, eps);
  const double rest = from.sum / count;
  return {center, static_cast<float>(rest), ScaleOf<float>(from.squares - from.sum * rest, n, eps)};
}

template <class T>
MODULED_INLINE void NormRow(const T* x, const T* weight, const T* bias, T* y, int64_t n, double eps) {
  const Standard<T> to = StandardOf(x, n, eps);
  if (weight != nullptr && bias != nullptr) {
    MODULED_VECTOR_LOOP
    for (int64_t i = 0; i < n; ++i) y[i] = (x[i] - to.center - to.rest) * to.scale * weight[i] + bias[i];
    return;
  }
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) y[i] = (x[i] - to.center - to.rest) * to.scale;
  if (weight != nullptr) {
    MODULED_VECTOR_LOOP
    for (int64_t i = 0; i < n; ++i) y[i] *= weight[i];
  }
  if (bias != nullptr) {
    MODULED_VECTOR_LOOP
    for (int64_t i = 0; i < n; ++i) y[i] += bias[i];
  }
}

}  // namespace

MODULED_CPU_CLONES void LayerNorm(const float* x, const float* weight, const float* bias, float* y, int64_t rows,
                                  int64_t n, double eps) {
  for (int64_t r = 0; r < rows; ++r) NormRow(x + r * n, weight, bias, y + r * n, n, eps);
}
MODULED_CPU_CLONES void LayerNorm(const double* x, const double* weight, const double* bias, double* y, int64_t rows,
                                  int64_t n, double eps) {
  for (int64_t r = 0; r < rows; ++r) NormRow(x + r * n, weight, bias, y + r * n, n, eps);
}

}  // namespace moduled::nn::kernels
