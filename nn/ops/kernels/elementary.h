// The loops of elementary functions: y[i] = f(x[i]) for n elements. x may be y.
#pragma once

#include <cstdint>

namespace moduled::nn::kernels {

void Exp(const float* x, float* y, int64_t n);
void Exp(const double* x, double* y, int64_t n);
void Log(const float* x, float* y, int64_t n);
void Log(const double* x, double* y, int64_t n);
void Log1p(const float* x, float* y, int64_t n);
void Log1p(const double* x, double* y, int64_t n);
void Sqrt(const float* x, float* y, int64_t n);
void Sqrt(const double* x, double* y, int64_t n);
// 1 / sqrt(x), both steps rounded.
void Rsqrt(const float* x, float* y, int64_t n);
void Rsqrt(const double* x, double* y, int64_t n);

}  // namespace moduled::nn::kernels
