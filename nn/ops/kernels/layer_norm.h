// The loops of layer_norm. y may be x.
#pragma once

#include <cstdint>

namespace moduled::nn::kernels {

// y = (x - mean) / sqrt(variance + eps) weight + bias for each of `rows` rows of n elements. weight and bias have n
// elements, or are null.
void LayerNorm(const float* x, const float* weight, const float* bias, float* y, int64_t rows, int64_t n, double eps);
void LayerNorm(const double* x, const double* weight, const double* bias, double* y, int64_t rows, int64_t n,
               double eps);

}  // namespace moduled::nn::kernels
