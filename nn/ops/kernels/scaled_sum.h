// Weighted sums of rows.
#pragma once

#include <cstdint>

namespace moduled::nn::kernels {

// y[i] += scale * x[i] for n elements. They do not overlap.
void AddScaled(const float* x, float scale, float* y, int64_t n);
void AddScaled(const double* x, double scale, double* y, int64_t n);

}  // namespace moduled::nn::kernels
