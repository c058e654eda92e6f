// The loops of activation functions: y[i] = f(x[i]) for n elements. x may be y.
#pragma once

#include <cstdint>

namespace moduled::nn::kernels {

void Sigmoid(const float* x, float* y, int64_t n);
void Sigmoid(const double* x, double* y, int64_t n);
void Tanh(const float* x, float* y, int64_t n);
void Tanh(const double* x, double* y, int64_t n);
void Gelu(const float* x, float* y, int64_t n);
void Gelu(const double* x, double* y, int64_t n);
void GeluTanh(const float* x, float* y, int64_t n);
void GeluTanh(const double* x, double* y, int64_t n);
void Silu(const float* x, float* y, int64_t n);
void Silu(const double* x, double* y, int64_t n);
void Hardswish(const float* x, float* y, int64_t n);
void Hardswish(const double* x, double* y, int64_t n);
void Hardsigmoid(const float* x, float* y, int64_t n);
void Hardsigmoid(const double* x, double* y, int64_t n);

}  // namespace moduled::nn::kernels
