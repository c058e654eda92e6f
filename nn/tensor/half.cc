#include "nn/tensor/half.h"

#include <cmath>

namespace moduled::nn {

float HalfToFloat(uint16_t bits) {
  const int exponent = bits >> 10 & 0x1f;
  const int mantissa = bits & 0x3ff;
  const float sign = (bits & 0x8000) != 0 ? -1.0f : 1.0f;
  if (exponent == 31) return mantissa != 0 ? std::bit_cast<float>(0x7fc00000u) : sign * INFINITY;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -24);
  return sign * std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25);
}

uint16_t FloatToHalf(float value) {
  const uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  if (std::isnan(value)) return sign | 0x7e00;
  const float magnitude = std::fabs(value);
  // Halfway between the largest half, 65504, and the next step rounds to infinity.
  if (magnitude >= 65520.0f) return sign | 0x7c00;
  int exponent = 0;
  std::frexp(magnitude, &exponent);
  // Below 2^-14 halves are subnormal: the spacing stays that of the smallest normal exponent.
  const int spacing = (exponent < -13 ? -13 : exponent) - 11;
  // nearbyint rounds ties to even; a mantissa that rounds up to 2048 carries into the exponent by plain addition.
  const auto units = static_cast<uint32_t>(std::nearbyint(std::ldexp(magnitude, -spacing)));
  const int biased = spacing + 24;
  return static_cast<uint16_t>(sign | (biased == 0 ? units : units + (static_cast<uint32_t>(biased) << 10)));
}

}  // namespace moduled::nn
