// Loops over the channels of a pixel whose channels stand last.
#pragma once

#include <cstdint>

namespace moduled::nn::kernels {

// y = max(y, x); a NaN wins.
void MaxRow(const float* x, float* y, int64_t n);
// y += x.
void AddRow(const float* x, float* y, int64_t n);
// y *= factor.
void ScaleRow(float factor, float* y, int64_t n);

// y = clamp(y, low, high); a NaN stays one.
void ClampRow(float low, float high, float* y, int64_t n);

// y[r, c] = clamp(x[r, c] scale[c] + shift[c], low, high) for `rows` rows; a NaN stays one. x may be y.
void ScaleShiftClampRows(const float* x, const float* scale, const float* shift, float low, float high, float* y,
                         int64_t rows, int64_t channels);

}  // namespace moduled::nn::kernels
