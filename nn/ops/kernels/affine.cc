#include "nn/ops/kernels/affine.h"

#include "nn/ops/kernels/vector_loop.h"

namespace moduled::nn::kernels {
namespace {

template <class T>
MODULED_INLINE void Uniform(const T* x, T* y, int64_t n, T scale, T shift) {
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) y[i] = x[i] * scale + shift;
}

template <class T>
MODULED_INLINE void Each(const T* x, T* y, int64_t n, const T* scale, const T* shift) {
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) y[i] = x[i] * scale[i] + shift[i];
}

}  // namespace

MODULED_CPU_CLONES void ScaleShift(const float* x, float* y, int64_t n, float scale, float shift) {
  Uniform(x, y, n, scale, shift);
}
MODULED_CPU_CLONES void ScaleShift(const double* x, double* y, int64_t n, double scale, double shift) {
  Uniform(x, y, n, scale, shift);
}
MODULED_CPU_CLONES void ScaleShiftEach(const float* x, float* y, int64_t n, const float* scale, const float* shift) {
  Each(x, y, n, scale, shift);
}
MODULED_CPU_CLONES void ScaleShiftEach(const double* x, double* y, int64_t n, const double* scale,
                                       const double* shift) {
  Each(x, y, n, scale, shift);
}

}  // namespace moduled::nn::kernels
