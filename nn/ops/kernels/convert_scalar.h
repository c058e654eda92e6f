// Conversion of one value between element types, defined for every value.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "nn/tensor/half.h"

namespace moduled::nn::kernels {

// The 16-bit floats as types of their own, so that conversions to and from them can be written like all others.
struct Half {
  uint16_t bits;
};
struct BFloat16 {
  uint16_t bits;
};

inline float Widen(Half x) { return HalfToFloat(x.bits); }
inline float Widen(BFloat16 x) { return BFloat16ToFloat(x.bits); }

// Floats lose their fraction on the way to integers and stop at the ends of the range; a NaN becomes 0. Integers wrap
// around. Everything but zero is true.
template <class To, class From>
To ConvertScalar(From x) {
  if constexpr (std::is_same_v<From, Half> || std::is_same_v<From, BFloat16>) {
    return ConvertScalar<To>(Widen(x));
  } else if constexpr (std::is_same_v<To, Half>) {
    return {FloatToHalf(static_cast<float>(x))};
  } else if constexpr (std::is_same_v<To, BFloat16>) {
    return {FloatToBFloat16(static_cast<float>(x))};
  } else if constexpr (std::is_same_v<To, bool>) {
    return x != From{0};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    // One past the largest To is a power of two, which every float type has; the largest To itself may not be.
    constexpr From kEnd = static_cast<From>(uint64_t{1} << std::numeric_limits<To>::digits);
    constexpr From kBegin = static_cast<From>(std::numeric_limits<To>::min());
    if (std::isnan(x)) return 0;
    if (x >= kEnd) return std::numeric_limits<To>::max();
    if (x <= kBegin) return std::numeric_limits<To>::min();
    return static_cast<To>(x);
  } else {
    return static_cast<To>(x);
  }
}

}  // namespace moduled::nn::kernels
