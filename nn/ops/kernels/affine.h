// Loops that scale and shift, for normalisation. x may be y.
#pragma once

#include <cstdint>

namespace moduled::nn::kernels {

// y = x scale + shift, one scale for all elements.
void ScaleShift(const float* x, float* y, int64_t n, float scale, float shift);
void ScaleShift(const double* x, double* y, int64_t n, double scale, double shift);

// y = x scale + shift, one scale for each element.
void ScaleShiftEach(const float* x, float* y, int64_t n, const float* scale, const float* shift);
void ScaleShiftEach(const double* x, double* y, int64_t n, const double* scale, const double* shift);

}  // namespace moduled::nn::kernels
