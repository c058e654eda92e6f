// The loops of pooling: one tap for a row of outputs, the i-th of which finds x[i * stride].
#pragma once

#include <cstdint>

namespace moduled::nn::kernels {

// y = max(y, x); a NaN wins.
void MaxTap(const float* x, int64_t stride, float* y, int64_t n);
void MaxTap(const double* x, int64_t stride, double* y, int64_t n);
template <class T>
void MaxTap(const T* x, int64_t stride, T* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = x[i * stride] > y[i] ? x[i * stride] : y[i];
}

// The same, and where x wins its index: the i-th is `index` + i * stride.
template <class T>
void MaxTapWithIndices(const T* x, int64_t stride, int64_t index, T* y, int64_t* indices, int64_t n) {
  for (int64_t i = 0; i < n; ++i, index += stride) {
    const T value = x[i * stride];
    if (!(value > y[i]) && value == value) continue;  // NOLINT: a NaN is not equal to itself.
    y[i] = value;
    indices[i] = index;
  }
}

// y += x.
void AddTap(const float* x, int64_t stride, double* y, int64_t n);
void AddTap(const double* x, int64_t stride, double* y, int64_t n);

}  // namespace moduled::nn::kernels
