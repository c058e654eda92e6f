#include "nn/ops/kernels/pooling.h"

#include "nn/ops/kernels/vector_loop.h"

namespace moduled::nn::kernels {
namespace {

// Strides 1 and 2, the common ones, are known to the compiler, which makes vector loops of them.
template <class Loop>
MODULED_INLINE void WithStride(int64_t stride, Loop loop) {
  if (stride == 1) return loop(1);
  if (stride == 2) return loop(2);
  loop(stride);
}

template <class T>
MODULED_INLINE void MaxLoop(const T* x, int64_t stride, T* y, int64_t n) {
  WithStride(
      stride, [=](int64_t step) __attribute__((always_inline)) {
        MODULED_VECTOR_LOOP
        for (int64_t i = 0; i < n; ++i) {
          const T value = x[i * step];
          y[i] = value > y[i] || value != value ? value : y[i];
        }
      });
}

template <class T>
MODULED_INLINE void AddLoop(const T* x, int64_t stride, double* y, int64_t n) {
  WithStride(
      stride, [=](int64_t step) __attribute__((always_inline)) {
        MODULED_VECTOR_LOOP
        for (int64_t i = 0; i < n; ++i) y[i] += static_cast<double>(x[i * step]);
      });
}

}  // namespace

MODULED_CPU_CLONES void MaxTap(const float* x, int64_t stride, float* y, int64_t n) { MaxLoop(x, stride, y, n); }
MODULED_CPU_CLONES void MaxTap(const double* x, int64_t stride, double* y, int64_t n) { MaxLoop(x, stride, y, n); }

MODULED_CPU_CLONES void AddTap(const float* x, int64_t stride, double* y, int64_t n) { AddLoop(x, stride, y, n); }
MODULED_CPU_CLONES void AddTap(const double* x, int64_t stride, double* y, int64_t n) { AddLoop(x, stride, y, n); }

}  // namespace moduled::nn::kernels
