#include "nn/ops/kernels/activations.h"

#include "nn/ops/kernels/math.h"
#include "nn/ops/kernels/vector_loop.h"

namespace moduled::nn::kernels {
namespace {

template <class T>
MODULED_INLINE T SigmoidOf(T x) {
  return T{1} / (T{1} + Exp(-x));
}

template <class T>
MODULED_INLINE T TanhOf(T x) {
  return Tanh(x);
}

template <class T>
MODULED_INLINE T GeluOf(T x) {
  constexpr T kSqrtHalf = T{0.70710678118654752440};
  return T{0.5} * x * (T{1} + Erf(x * kSqrtHalf));
}

template <class T>
MODULED_INLINE T GeluTanhOf(T x) {
  constexpr T kSqrtTwoOverPi = T{0.79788456080286535588};
  return T{0.5} * x * (T{1} + Tanh(kSqrtTwoOverPi * (x + T{0.044715} * x * x * x)));
}

template <class T>
MODULED_INLINE T SiluOf(T x) {
  return x / (T{1} + Exp(-x));
}

// relu6(x + 3). A NaN passes both comparisons.
template <class T>
MODULED_INLINE T HardTimesSix(T x) {
  T shifted = x + T{3};
  shifted = shifted < T{0} ? T{0} : shifted;
  return shifted > T{6} ? T{6} : shifted;
}

template <class T>
MODULED_INLINE T HardswishOf(T x) {
  return x * HardTimesSix(x) / T{6};
}

template <class T>
MODULED_INLINE T HardsigmoidOf(T x) {
  return HardTimesSix(x) / T{6};
}

template <class T, class Function>
MODULED_INLINE void Map(const T* x, T* y, int64_t n, Function function) {
  MODULED_VECTOR_LOOP
  for (int64_t i = 0; i < n; ++i) y[i] = function(x[i]);
}

}  // namespace

MODULED_CPU_CLONES void Sigmoid(const float* x, float* y, int64_t n) { Map(x, y, n, SigmoidOf<float>); }
void Sigmoid(const double* x, double* y, int64_t n) { Map(x, y, n, SigmoidOf<double>); }

MODULED_CPU_CLONES void Tanh(const float* x, float* y, int64_t n) { Map(x, y, n, TanhOf<float>); }
void Tanh(const double* x, double* y, int64_t n) { Map(x, y, n, TanhOf<double>); }

MODULED_CPU_CLONES void Gelu(const float* x, float* y, int64_t n) { Map(x, y, n, GeluOf<float>); }
void Gelu(const double* x, double* y, int64_t n) { Map(x, y, n, GeluOf<double>); }

MODULED_CPU_CLONES void GeluTanh(const float* x, float* y, int64_t n) { Map(x, y, n, GeluTanhOf<float>); }
void GeluTanh(const double* x, double* y, int64_t n) { Map(x, y, n, GeluTanhOf<double>); }

MODULED_CPU_CLONES void Silu(const float* x, float* y, int64_t n) { Map(x, y, n, SiluOf<float>); }
void Silu(const double* x, double* y, int64_t n) { Map(x, y, n, SiluOf<double>); }

MODULED_CPU_CLONES void Hardswish(const float* x, float* y, int64_t n) { Map(x, y, n, HardswishOf<float>); }
void Hardswish(const double* x, double* y, int64_t n) { Map(x, y, n, HardswishOf<double>); }

MODULED_CPU_CLONES void Hardsigmoid(const float* x, float* y, int64_t n) { Map(x, y, n, HardsigmoidOf<float>); }
void Hardsigmoid(const double* x, double* y, int64_t n) { Map(x, y, n, HardsigmoidOf<double>); }

}  // namespace moduled::nn::kernels
