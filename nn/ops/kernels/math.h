// Elementary functions that compilers turn into vector code: no branches, no calls, no tables.
//
// float: within 4 units in the last place; infinities and NaNs as the standard library's. double: the standard library.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "nn/ops/kernels/vector_loop.h"

namespace moduled::nn::kernels {

MODULED_INLINE double Exp(double x) { return std::exp(x); }
MODULED_INLINE double Tanh(double x) { return std::tanh(x); }
MODULED_INLINE double Erf(double x) { return std::erf(x); }

// exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln 2 / 2.
MODULED_INLINE float Exp(float x) {
  // Beyond these exp is 0 and infinity; a NaN passes both comparisons.
  x = x < -104.0f ? -104.0f : x;
  x = x > 89.0f ? 89.0f : x;
  // Adding 1.5 * 2^23 leaves no room for a fraction: the sum's low bits are the rounded integer.
  constexpr float kRounder = 12582912.0f;
  const float shifted = x * 1.44269504f + kRounder;
  const int32_t n = std::bit_cast<int32_t>(shifted) - std::bit_cast<int32_t>(kRounder);
  const float n_float = shifted - kRounder;
  // ln 2 in two parts, the first short enough for an exact product.
  const float r = (x - n_float * 0.693359375f) + n_float * 2.12194440e-4f;
  float p = 1.9875691500e-4f;  // Cephes' polynomial of expf.
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  // 2^n in two factors, which reaches subnormal results and infinity.
  const int32_t half = n >> 1;
  const float scale_a = std::bit_cast<float>(static_cast<uint32_t>(half + 127) << 23);
  const float scale_b = std::bit_cast<float>(static_cast<uint32_t>(n - half + 127) << 23);
  return p * scale_a * scale_b;
}

// Near zero Cephes' polynomial of tanhf, further out 1 - 2 / (exp(2|x|) + 1).
MODULED_INLINE float Tanh(float x) {
  const float magnitude = std::fabs(x);
  const float square = x * x;
  float p = -5.70498872745e-3f;
  p = p * square + 2.06390887954e-2f;
  p = p * square - 5.37397155531e-2f;
  p = p * square + 1.33314422036e-1f;
  p = p * square - 3.33332819422e-1f;
  const float near = p * square * magnitude + magnitude;
  const float far = 1.0f - 2.0f / (Exp(2.0f * magnitude) + 1.0f);
  return std::copysign(magnitude < 0.625f ? near : far, x);
}

// Below 1 erf(x) / x as a polynomial in x^2, above 1 - exp(-x^2) q(t), t = 1 / (1 + x); both fitted at Chebyshev nodes.
MODULED_INLINE float Erf(float x) {
  float magnitude = std::fabs(x);
  const float square = x * x;
  float p = -9.673590284e-06f;
  p = p * square + 1.126825373e-04f;
  p = p * square - 8.484396385e-04f;
  p = p * square + 5.221053492e-03f;
  p = p * square - 2.686543763e-02f;
  p = p * square + 1.128378287e-01f;
  p = p * square - 3.761263788e-01f;
  p = p * square + 1.128379226e+00f;
  // erf is 1 in float from here on; a NaN passes the comparison.
  magnitude = magnitude > 4.0f ? 4.0f : magnitude;
  const float t = 1.0f / (1.0f + magnitude);
  float q = -6.019992828e-01f;
  q = q * t + 1.299274325e+00f;
  q = q * t - 6.128097177e-01f;
  q = q * t - 6.337063909e-01f;
  q = q * t + 4.287582040e-01f;
  q = q * t + 5.346180201e-01f;
  q = q * t + 5.672464967e-01f;
  q = q * t - 1.300531731e-04f;
  const float far = 1.0f - q * Exp(-magnitude * magnitude);
  return magnitude < 1.0f ? p * x : std::copysign(far, x);
}

}  // namespace moduled::nn::kernels
