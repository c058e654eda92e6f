#include "nn/ops/kernels/rows.h"

#include "nn/ops/kernels/vector_loop.h"

namespace moduled::nn::kernels {

MODULED_CPU_CLONES void MaxRow(const float* x, float* y, int64_t n) {
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) y[i] = x[i] > y[i] || x[i] != x[i] ? x[i] : y[i];  // NOLINT: a NaN is not itself.
}

MODULED_CPU_CLONES void AddRow(const float* x, float* y, int64_t n) {
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) y[i] += x[i];
}

MODULED_CPU_CLONES void ScaleRow(float factor, float* y, int64_t n) {
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) y[i] *= factor;
}

MODULED_CPU_CLONES void ClampRow(float low, float high, float* y, int64_t n) {
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) {
    const float value = y[i] < low ? low : y[i];
    y[i] = value > high ? high : value;
  }
}

MODULED_CPU_CLONES void ScaleShiftClampRows(const float* x, const float* scale, const float* shift, float low,
                                            float high, float* y, int64_t rows, int64_t channels) {
  for (int64_t row = 0; row < rows; ++row, x += channels, y += channels) {
    MODULED_VECTOR_LOOP
    for (int64_t c = 0; c < channels; ++c) {
      float value = x[c] * scale[c] + shift[c];
      value = value < low ? low : value;
      y[c] = value > high ? high : value;
    }
  }
}

}  // namespace moduled::nn::kernels
