// Elementary functions that compilers turn into vector code: no branches, no calls, no tables.
//
// float: within 4 units in the last place; infinities and NaNs as the standard library's. double: the standard library.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "nn/ops/kernels/vector_loop.h"

namespace moduled::nn::kernels {

MODULED_INLINE double Exp(double x) { return std::exp(x); }
MODULED_INLINE double Tanh(double x) { return std::tanh(x); }
MODULED_INLINE double Erf(double x) { return std::erf(x); }
MODULED_INLINE double Expm1(double x) { return std::expm1(x); }
MODULED_INLINE double Log(double x) { return std::log(x); }
MODULED_INLINE double Log1p(double x) { return std::log1p(x); }
MODULED_INLINE double Log1pExp(double x) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::fabs(x))); }
MODULED_INLINE double Select(bool condition, double a, double b) { return condition ? a : b; }

// condition ? a : b by masks. Of several conditions about one number the compiler would make branches.
MODULED_INLINE float Select(bool condition, float a, float b) {
  const uint32_t mask = 0u - static_cast<uint32_t>(condition);
  return std::bit_cast<float>((std::bit_cast<uint32_t>(a) & mask) | (std::bit_cast<uint32_t>(b) & ~mask));
}

// exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln 2 / 2: exp(r) - 1, and 2^n in two factors, which reaches
// subnormal results and infinity.
struct ExpParts {
  float rest;
  float scale_a;
  float scale_b;
};

// Beyond these exp is 0 and infinity. A NaN passes both comparisons.
MODULED_INLINE float ClampForExp(float x) {
  x = x < -104.0f ? -104.0f : x;
  return x > 89.0f ? 89.0f : x;
}

// Requires a number that ClampForExp answers.
MODULED_INLINE ExpParts SplitExp(float x) {
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
  const int32_t half = n >> 1;
  return {.rest = p * r * r + r,
          .scale_a = std::bit_cast<float>(static_cast<uint32_t>(half + 127) << 23),
          .scale_b = std::bit_cast<float>(static_cast<uint32_t>(n - half + 127) << 23)};
}

MODULED_INLINE float Exp(float x) {
  const ExpParts e = SplitExp(ClampForExp(x));
  return (e.rest + 1.0f) * e.scale_a * e.scale_b;
}

// exp(x) - 1 = 2^n (exp(r) - 1) + (2^n - 1), which cancels nothing; the factor b taken out, as 2^n may be infinite.
MODULED_INLINE float Expm1(float x) {
  const ExpParts e = SplitExp(ClampForExp(x));
  const float one_by_b = std::bit_cast<float>(0x7f000000u - std::bit_cast<uint32_t>(e.scale_b));
  const float y = (e.rest * e.scale_a + (e.scale_a - one_by_b)) * e.scale_b;
  return Select(x == 0.0f, x, y);  // exp(-0) - 1 is -0, which a sum with 0 would lose.
}

// log(x) for normal x > 0: n ln 2 + log(m), sqrt(1/2) <= m < sqrt(2), by Cephes' polynomial of logf.
MODULED_INLINE float LogOfNormal(float x) {
  // The exponent relative to the bits of sqrt(1/2), the mantissa within one octave from there.
  const auto offset = static_cast<int32_t>(std::bit_cast<uint32_t>(x) - 0x3f3504f3u);
  const auto n = static_cast<float>(offset >> 23);
  const float m = std::bit_cast<float>(static_cast<uint32_t>(offset & 0x007fffff) + 0x3f3504f3u);
  const float r = m - 1.0f;
  const float square = r * r;
  float p = 7.0376836292e-2f;
  p = p * r - 1.1514610310e-1f;
  p = p * r + 1.1676998740e-1f;
  p = p * r - 1.2420140846e-1f;
  p = p * r + 1.4249322787e-1f;
  p = p * r - 1.6668057665e-1f;
  p = p * r + 2.0000714765e-1f;
  p = p * r - 2.4999993993e-1f;
  p = p * r + 3.3333331174e-1f;
  return r + (p * r * square + n * -2.12194440e-4f - 0.5f * square) + n * 0.693359375f;
}

MODULED_INLINE float Log(float x) {
  // Subnormal numbers are made normal first.
  const bool tiny = x < 0x1p-126f;
  float y = LogOfNormal(Select(tiny, x * 0x1p23f, x)) - Select(tiny, 15.9423847f, 0.0f);
  y = Select(x == std::numeric_limits<float>::infinity(), x, y);
  y = Select(x == 0.0f, -std::numeric_limits<float>::infinity(), y);
  return Select(x >= 0.0f, y, std::numeric_limits<float>::quiet_NaN());
}

// log(u) for u = 1 + x, corrected by what rounding took from u.
MODULED_INLINE float Log1p(float x) {
  const float u = 1.0f + x;
  const float log = Log(u);
  const float share = (x - (u - 1.0f)) / u;
  // Nothing was lost where that is no number: where u is 0 or infinity, or x a NaN. A zero keeps its sign.
  const float y = log + Select(share == share, share, 0.0f);  // NOLINT(misc-redundant-expression)
  return Select(x == 0.0f, x, y);
}

// log(1 + exp(x)) = max(x, 0) + log(1 + e), e = exp(-|x|), which never overflows.
MODULED_INLINE float Log1pExp(float x) {
  const float below = -std::fabs(x);
  const ExpParts parts = SplitExp(Select(below < -104.0f, -104.0f, below));
  const float e = (parts.rest + 1.0f) * parts.scale_a * parts.scale_b;
  const float u = 1.0f + e;
  return (x > 0.0f ? x : 0.0f) + (LogOfNormal(u) + (e - (u - 1.0f)) / u);
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
