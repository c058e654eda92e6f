#include "nn/ops/kernels/math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace moduled::nn::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// The greatest distance from the truth in units of the truth's last place, over floats from `low` to `high` that lie
// so dense that no range of exponents is left out.
template <class Function, class Truth>
double WorstUlps(float low, float high, Function function, Truth truth) {
  double worst = 0;
  for (uint32_t bits = 0; bits < 0x7f800000; bits += 997) {
    for (float sign : {1.0f, -1.0f}) {
      const float x = sign * std::bit_cast<float>(bits);
      if (x < low || x > high) continue;
      const double want = truth(static_cast<double>(x));
      const double magnitude = std::max(std::fabs(want), static_cast<double>(std::numeric_limits<float>::min()));
      const double ulp = std::ldexp(1.0, std::ilogb(magnitude) - 23);
      worst = std::max(worst, std::fabs(static_cast<double>(function(x)) - want) / ulp);
    }
  }
  return worst;
}

TEST(FloatMath, ExpIsWithinTwoUnitsInTheLastPlace) {
  EXPECT_LT(WorstUlps(
                -110, 88.7f, [](float x) { return Exp(x); }, [](double x) { return std::exp(x); }),
            2);
}

TEST(FloatMath, ExpOverflowsToInfinityAndUnderflowsToZero) {
  EXPECT_EQ(Exp(88.8f), kInfinity);
  EXPECT_EQ(Exp(std::numeric_limits<float>::max()), kInfinity);
  EXPECT_EQ(Exp(kInfinity), kInfinity);
  EXPECT_EQ(Exp(-104.1f), 0);
  EXPECT_EQ(Exp(-kInfinity), 0);
  EXPECT_EQ(Exp(0.0f), 1);
  EXPECT_TRUE(std::isnan(Exp(kNaN)));
}

TEST(FloatMath, TanhIsWithinFourUnitsInTheLastPlace) {
  EXPECT_LT(WorstUlps(
                -kInfinity, kInfinity, [](float x) { return Tanh(x); }, [](double x) { return std::tanh(x); }),
            4);
  EXPECT_EQ(Tanh(kInfinity), 1);
  EXPECT_EQ(Tanh(-kInfinity), -1);
  EXPECT_TRUE(std::signbit(Tanh(-0.0f)));
  EXPECT_TRUE(std::isnan(Tanh(kNaN)));
}

TEST(FloatMath, ErfIsWithinFourUnitsInTheLastPlace) {
  EXPECT_LT(WorstUlps(
                -kInfinity, kInfinity, [](float x) { return Erf(x); }, [](double x) { return std::erf(x); }),
            4);
  EXPECT_EQ(Erf(kInfinity), 1);
  EXPECT_EQ(Erf(-kInfinity), -1);
  EXPECT_TRUE(std::isnan(Erf(kNaN)));
}

TEST(FloatMath, Expm1IsWithinThreeUnitsInTheLastPlace) {
  EXPECT_LT(WorstUlps(
                -110, 88.7f, [](float x) { return Expm1(x); }, [](double x) { return std::expm1(x); }),
            3);
  EXPECT_EQ(Expm1(kInfinity), kInfinity);
  EXPECT_EQ(Expm1(-kInfinity), -1);
  EXPECT_TRUE(std::signbit(Expm1(-0.0f)));
  EXPECT_TRUE(std::isnan(Expm1(kNaN)));
}

TEST(FloatMath, LogIsWithinTwoUnitsInTheLastPlace) {
  EXPECT_LT(WorstUlps(
                std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::max(),
                [](float x) { return Log(x); }, [](double x) { return std::log(x); }),
            2);
  EXPECT_EQ(Log(1.0f), 0);
  EXPECT_EQ(Log(0.0f), -kInfinity);
  EXPECT_EQ(Log(-0.0f), -kInfinity);
  EXPECT_EQ(Log(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(Log(-1.0f)));
  EXPECT_TRUE(std::isnan(Log(-kInfinity)));
  EXPECT_TRUE(std::isnan(Log(kNaN)));
}

TEST(FloatMath, Log1pExpIsWithinThreeUnitsInTheLastPlace) {
  EXPECT_LT(WorstUlps(
                -110, std::numeric_limits<float>::max(), [](float x) { return Log1pExp(x); },
                [](double x) { return x > 700 ? x : std::log1p(std::exp(x)); }),
            3);
  EXPECT_EQ(Log1pExp(kInfinity), kInfinity);
  EXPECT_EQ(Log1pExp(-kInfinity), 0);
  EXPECT_TRUE(std::isnan(Log1pExp(kNaN)));
}

TEST(FloatMath, Log1pIsWithinThreeUnitsInTheLastPlace) {
  EXPECT_LT(WorstUlps(
                -0.9999999f, std::numeric_limits<float>::max(), [](float x) { return Log1p(x); },
                [](double x) { return std::log1p(x); }),
            3);
  EXPECT_EQ(Log1p(-1.0f), -kInfinity);
  EXPECT_EQ(Log1p(kInfinity), kInfinity);
  EXPECT_TRUE(std::signbit(Log1p(-0.0f)));
  EXPECT_TRUE(std::isnan(Log1p(-2.0f)));
  EXPECT_TRUE(std::isnan(Log1p(kNaN)));
}

}  // namespace
}  // namespace moduled::nn::kernels
