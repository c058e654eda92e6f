// Conversion between float and the 16-bit floats, which are storage formats here.
#pragma once

#include <bit>
#include <cstdint>

namespace moduled::nn {

// Exact.
inline float BFloat16ToFloat(uint16_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

// Rounds to nearest, ties to even; a NaN stays a NaN.
inline uint16_t FloatToBFloat16(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  if (value != value) return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// Exact.
float HalfToFloat(uint16_t bits);

// Rounds to nearest, ties to even; overflows to infinity; a NaN stays a NaN.
uint16_t FloatToHalf(float value);

}  // namespace moduled::nn
