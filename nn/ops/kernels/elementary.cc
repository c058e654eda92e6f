#include "nn/ops/kernels/elementary.h"

#include <cmath>

#include "nn/ops/kernels/math.h"
#include "nn/ops/kernels/vector_loop.h"

namespace moduled::nn::kernels {
namespace {

template <class T, class Function>
MODULED_INLINE void Map(const T* x, T* y, int64_t n, Function function) {
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) y[i] = function(x[i]);
}

template <class T>
MODULED_INLINE T ExpOf(T x) {
  return Exp(x);
}

template <class T>
MODULED_INLINE T SqrtOf(T x) {
  return std::sqrt(x);
}

template <class T>
MODULED_INLINE T RsqrtOf(T x) {
  return T{1} / std::sqrt(x);
}

template <class T>
MODULED_INLINE T LogOf(T x) {
  return Log(x);
}

template <class T>
MODULED_INLINE T Log1pOf(T x) {
  return Log1p(x);
}

}  // namespace

MODULED_CPU_CLONES void Exp(const float* x, float* y, int64_t n) { Map(x, y, n, ExpOf<float>); }
void Exp(const double* x, double* y, int64_t n) { Map(x, y, n, ExpOf<double>); }

MODULED_CPU_CLONES void Log(const float* x, float* y, int64_t n) { Map(x, y, n, LogOf<float>); }
void Log(const double* x, double* y, int64_t n) { Map(x, y, n, LogOf<double>); }

MODULED_CPU_CLONES void Log1p(const float* x, float* y, int64_t n) { Map(x, y, n, Log1pOf<float>); }
void Log1p(const double* x, double* y, int64_t n) { Map(x, y, n, Log1pOf<double>); }

MODULED_CPU_CLONES void Sqrt(const float* x, float* y, int64_t n) { Map(x, y, n, SqrtOf<float>); }
MODULED_CPU_CLONES void Sqrt(const double* x, double* y, int64_t n) { Map(x, y, n, SqrtOf<double>); }

MODULED_CPU_CLONES void Rsqrt(const float* x, float* y, int64_t n) { Map(x, y, n, RsqrtOf<float>); }
MODULED_CPU_CLONES void Rsqrt(const double* x, double* y, int64_t n) { Map(x, y, n, RsqrtOf<double>); }

}  // namespace moduled::nn::kernels
