#include "nn/ops/kernels/layer_norm.h"

#include <cmath>

#include "nn/ops/kernels/reduce.h"

namespace moduled::nn::kernels {
namespace {

template <class T>
MODULED_INLINE void NormRow(const T* x, const T* weight, const T* bias, T* y, int64_t n, double eps) {
  const double mean = SumOf(x, n, [](T e) { return static_cast<double>(e); }) / static_cast<double>(n);
  // Deviations first, squares second: the difference of two large sums would lose the variance of large means.
  const double squares = SumOf(x, n, [mean](T e) { return (e - mean) * (e - mean); });
  const T scale = static_cast<T>(1.0 / std::sqrt(squares / static_cast<double>(n) + eps));
  // The mean in two parts: what rounding takes from it counts where the deviations are small beside it.
  const T center = static_cast<T>(mean);
  const T rest = static_cast<T>(mean - static_cast<double>(center));
  if (weight != nullptr && bias != nullptr) {
    MODULED_VECTOR_LOOP
    for (int64_t i = 0; i < n; ++i) y[i] = (x[i] - center - rest) * scale * weight[i] + bias[i];
    return;
  }
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) y[i] = (x[i] - center - rest) * scale;
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
