#include "nn/tensor/half.h"

namespace moduled::nn {
namespace {

constexpr uint32_t kFloatInfinity = 0x7f800000;

}  // namespace

float HalfToFloat(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000) << 16;
  const uint32_t magnitude = static_cast<uint32_t>(bits & 0x7fff) << 13;
  // An exponent of 31 is infinity or a NaN.
  if ((bits & 0x7c00) == 0x7c00) return std::bit_cast<float>(sign | kFloatInfinity | magnitude);
  // The exponents' biases are 15 and 127. The product is exact, and makes subnormal halves normal floats.
  return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) * 0x1p112f));
}

uint16_t FloatToHalf(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint16_t sign = bits >> 16 & 0x8000;
  const uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > kFloatInfinity) return sign | 0x7e00;
  // Halfway between the largest half, 65504, and the next step rounds to infinity.
  if (magnitude >= std::bit_cast<uint32_t>(65520.0f)) return sign | 0x7c00;
  if (magnitude < std::bit_cast<uint32_t>(0x1p-14f)) {
    // Subnormal halves are multiples of 2^-24, and so are the floats from 0.5 to 1: the addition rounds.
    const uint32_t units = std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) + 0.5f);
    return static_cast<uint16_t>(sign | (units - std::bit_cast<uint32_t>(0.5f)));
  }
  // Half of the last place that stays, less one where that place is even; what it carries goes into the exponent.
  const uint32_t rounded = magnitude + 0xfff + (magnitude >> 13 & 1);
  return static_cast<uint16_t>(sign | ((rounded >> 13) - (uint32_t{127 - 15} << 10)));
}

}  // namespace moduled::nn
