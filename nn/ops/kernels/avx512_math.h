// Elementary functions of vectors of AVX-512, within a few units in the last place. A NaN stays one.
#pragma once

#include <cstdint>

#include "nn/ops/kernels/avx512.h"

namespace moduled::nn::avx512 {

#if defined(__x86_64__)
// The instructions answer their second operand where one is a NaN.
MODULED_AVX512_INLINE Vector Clamp(Vector x, float low, float high) {
  return _mm512_min_ps(Broadcast(high), _mm512_max_ps(Broadcast(low), x));
}
#else
inline Vector Clamp(Vector x, float low, float high) {
  x = x < low ? Broadcast(low) : x;
  return x > high ? Broadcast(high) : x;
}
#endif

// exp(x) = scale (1 + rest), for |x| <= 87: as kernels::SplitExp, with one factor.
struct ExpParts {
  Vector rest;
  Vector scale;
};

MODULED_AVX512_INLINE ExpParts SplitExp(Vector x) {
  using Bits = int32_t __attribute__((vector_size(kLanes * sizeof(int32_t))));
  // Adding 1.5 * 2^23 leaves no room for a fraction: the sum's low bits are the rounded integer.
  constexpr float kRounder = 12582912.0f;
  const Vector shifted = x * 1.44269504f + kRounder;
  const Vector n = shifted - kRounder;
  // ln 2 in two parts, the first short enough for an exact product.
  const Vector r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  Vector p = 1.9875691500e-4f * r + 1.3981999507e-3f;  // Cephes' polynomial of expf.
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const Bits exponent = (reinterpret_cast<Bits>(shifted) << 23) + (127 << 23);
  return {.rest = p * (r * r) + r, .scale = reinterpret_cast<Vector>(exponent)};
}

// 1 / (1 + exp(-x)). What is beyond the bounds is 1, or less than can be seen beside any other number.
MODULED_AVX512_INLINE Vector Sigmoid(Vector x) {
  const ExpParts e = SplitExp(Clamp(-x, -87.0f, 87.0f));
  return 1.0f / (1.0f + (e.rest * e.scale + e.scale));
}

// (exp(2x) - 1) / (exp(2x) + 1), which loses nothing near zero. Beyond the bounds it is 1 and -1.
MODULED_AVX512_INLINE Vector Tanh(Vector x) {
  const ExpParts e = SplitExp(Clamp(x, -10.0f, 10.0f) * 2.0f);
  const Vector exp_minus_1 = e.rest * e.scale + (e.scale - 1.0f);
  return exp_minus_1 / (exp_minus_1 + 2.0f);
}

}  // namespace moduled::nn::avx512
