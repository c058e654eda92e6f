#include "nn/ops/kernels/accumulate.h"

#include "nn/ops/kernels/reduce.h"

namespace moduled::nn::kernels {

MODULED_CPU_CLONES double Sum(const float* x, int64_t n) {
  return SumOf(x, n, [](float e) { return static_cast<double>(e); });
}
MODULED_CPU_CLONES double Sum(const double* x, int64_t n) {
  return SumOf(x, n, [](double e) { return e; });
}

MODULED_CPU_CLONES uint64_t Sum(const int64_t* x, int64_t n) {
  uint64_t sum = 0;
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) sum += static_cast<uint64_t>(x[i]);
  return sum;
}

MODULED_CPU_CLONES void AddTo(const float* x, double* sums, int64_t n) {
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) sums[i] += static_cast<double>(x[i]);
}
MODULED_CPU_CLONES void AddTo(const double* x, double* sums, int64_t n) {
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) sums[i] += x[i];
}
MODULED_CPU_CLONES void AddTo(const int64_t* x, uint64_t* sums, int64_t n) {
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) sums[i] += static_cast<uint64_t>(x[i]);
}

}  // namespace moduled::nn::kernels
