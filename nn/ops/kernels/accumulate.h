// Sums, for means over axes and windows.
#pragma once

#include <cstdint>

namespace moduled::nn::kernels {

// The sum of n elements.
double Sum(const float* x, int64_t n);
double Sum(const double* x, int64_t n);
uint64_t Sum(const int64_t* x, int64_t n);

// sums[i] += x[i] for n elements. They do not overlap.
void AddTo(const float* x, double* sums, int64_t n);
void AddTo(const double* x, double* sums, int64_t n);
void AddTo(const int64_t* x, uint64_t* sums, int64_t n);

}  // namespace moduled::nn::kernels
