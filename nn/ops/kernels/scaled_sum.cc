#include "nn/ops/kernels/scaled_sum.h"

#include "nn/ops/kernels/vector_loop.h"

namespace moduled::nn::kernels {
namespace {

template <class T>
MODULED_INLINE void AddScaledLoop(const T* x, T scale, T* y, int64_t n) {
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) y[i] += scale * x[i];
}

}  // namespace

MODULED_CPU_CLONES void AddScaled(const float* x, float scale, float* y, int64_t n) { AddScaledLoop(x, scale, y, n); }
MODULED_CPU_CLONES void AddScaled(const double* x, double scale, double* y, int64_t n) {
  AddScaledLoop(x, scale, y, n);
}

}  // namespace moduled::nn::kernels
