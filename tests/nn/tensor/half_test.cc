#include "nn/tensor/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace moduled::nn {
namespace {

constexpr uint16_t kHalfInfinity = 0x7c00;
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

bool IsHalfNaN(uint16_t bits) { return (bits & 0x7fff) > kHalfInfinity; }

// What IEEE 754 says that the bits of a half mean. Requires a finite one.
double MeaningOfHalf(uint16_t bits) {
  const int exponent = bits >> 10 & 0x1f;
  const int mantissa = bits & 0x3ff;
  const double magnitude = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

TEST(Half, MeansWhatIeee754SaysForAllBits) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = HalfToFloat(static_cast<uint16_t>(bits));
    if (IsHalfNaN(static_cast<uint16_t>(bits))) {
      ASSERT_TRUE(std::isnan(value)) << bits;
    } else if ((bits & kHalfInfinity) == kHalfInfinity) {
      ASSERT_EQ(value, (bits & 0x8000) != 0 ? -kInfinity : kInfinity);
    } else {
      ASSERT_EQ(value, MeaningOfHalf(static_cast<uint16_t>(bits))) << bits;
      ASSERT_EQ(std::signbit(value), (bits & 0x8000) != 0) << bits;
    }
  }
}

TEST(Half, ComesBackFromFloatForAllBits) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const uint16_t back = FloatToHalf(HalfToFloat(static_cast<uint16_t>(bits)));
    if (IsHalfNaN(static_cast<uint16_t>(bits))) {
      ASSERT_TRUE(IsHalfNaN(back)) << bits;
    } else {
      ASSERT_EQ(back, bits);
    }
  }
}

TEST(Half, IsTheNearestToEveryFloatBetweenTwoNeighbours) {
  // From each positive finite half to the next, of which the last is infinity and counts as 65536.
  for (uint16_t low = 0; low < kHalfInfinity; ++low) {
    const uint16_t high = low + 1;
    const uint16_t even = low % 2 == 0 ? low : high;
    const double next = high == kHalfInfinity ? 65536 : MeaningOfHalf(high);
    const auto middle = static_cast<float>((MeaningOfHalf(low) + next) / 2);
    for (const float sign : {1.0f, -1.0f}) {
      const uint16_t bit = sign < 0 ? 0x8000 : 0;
      ASSERT_EQ(FloatToHalf(sign * std::nextafter(middle, 0.0f)), low | bit);
      ASSERT_EQ(FloatToHalf(sign * middle), even | bit);
      ASSERT_EQ(FloatToHalf(sign * std::nextafter(middle, kInfinity)), high | bit);
    }
  }
}

TEST(Half, OverflowsToInfinity) {
  EXPECT_EQ(FloatToHalf(65504.0f), 0x7bff);
  EXPECT_EQ(FloatToHalf(65519.996f), 0x7bff);
  EXPECT_EQ(FloatToHalf(65520.0f), kHalfInfinity);
  EXPECT_EQ(FloatToHalf(std::numeric_limits<float>::max()), kHalfInfinity);
  EXPECT_EQ(FloatToHalf(-kInfinity), 0xfc00);
}

TEST(Half, UnderflowsToZeroAndKeepsTheSign) {
  EXPECT_EQ(FloatToHalf(0.0f), 0);
  EXPECT_EQ(FloatToHalf(-0.0f), 0x8000);
  EXPECT_EQ(FloatToHalf(std::numeric_limits<float>::denorm_min()), 0);
  EXPECT_EQ(FloatToHalf(-0x1p-25f), 0x8000);
  EXPECT_EQ(FloatToHalf(std::nextafter(0x1p-25f, 1.0f)), 1);
}

TEST(Half, KeepsNaNs) {
  EXPECT_TRUE(IsHalfNaN(FloatToHalf(kNaN)));
  EXPECT_TRUE(IsHalfNaN(FloatToHalf(-kNaN)));
  EXPECT_TRUE(IsHalfNaN(FloatToHalf(std::bit_cast<float>(0x7f800001u))));
}

TEST(BFloat16, IsTheUpperHalfOfAFloatForAllBits) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = BFloat16ToFloat(static_cast<uint16_t>(bits));
    ASSERT_EQ(std::bit_cast<uint32_t>(value), bits << 16);
    const uint16_t back = FloatToBFloat16(value);
    if (std::isnan(value)) {
      ASSERT_TRUE(std::isnan(BFloat16ToFloat(back))) << bits;
    } else {
      ASSERT_EQ(back, bits);
    }
  }
}

TEST(BFloat16, IsTheNearestToEveryFloatBetweenTwoNeighbours) {
  constexpr uint32_t kBFloat16Infinity = 0x7f80;
  for (uint32_t low = 0; low < kBFloat16Infinity; ++low) {
    const uint32_t middle = low << 16 | 0x8000;
    for (const uint32_t sign : {0u, 0x8000u}) {
      ASSERT_EQ(FloatToBFloat16(std::bit_cast<float>(sign << 16 | (middle - 1))), low | sign);
      ASSERT_EQ(FloatToBFloat16(std::bit_cast<float>(sign << 16 | middle)), (low + low % 2) | sign);
      ASSERT_EQ(FloatToBFloat16(std::bit_cast<float>(sign << 16 | (middle + 1))), (low + 1) | sign);
    }
  }
}

TEST(BFloat16, KeepsNaNsWhoseBitsAreAllInTheLowerHalf) {
  EXPECT_TRUE(std::isnan(BFloat16ToFloat(FloatToBFloat16(std::bit_cast<float>(0x7f800001u)))));
  EXPECT_TRUE(std::isnan(BFloat16ToFloat(FloatToBFloat16(std::bit_cast<float>(0xffffffffu)))));
}

}  // namespace
}  // namespace moduled::nn
