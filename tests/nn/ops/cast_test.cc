#include "nn/ops/cast.h"

#include <limits>

#include "nn/tensor/half.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

template <class To, class From>
std::vector<To> Cast(const std::vector<From>& x) {
  const Tensor y = RunOne<CastOp>({kDTypeOf<To>}, {Tensor::Of<From>({static_cast<int64_t>(x.size())}, x)});
  return std::vector<To>(y.elements<To>().begin(), y.elements<To>().end());
}

TEST(Cast, KeepsSmallIntegersFromEveryTypeToEveryType) {
  const Tensor small = Tensor::Of<int64_t>({2, 17}, [] {
    std::vector<int64_t> elements;
    for (int64_t i = 0; i < 34; ++i) elements.push_back(i);
    return elements;
  }());
  for (DType from : kAllDTypes) {
    for (DType to : kAllDTypes) {
      SCOPED_TRACE(std::string(Name(from)) + " to " + std::string(Name(to)));
      const Tensor y = RunOne<CastOp>({to}, {RunOne<CastOp>({from}, {small})});
      EXPECT_EQ(y.spec(), (TensorSpec{to, {2, 17}}));
      std::vector<double> want = Doubles(small);
      if (from == DType::kBool || to == DType::kBool) {
        for (double& element : want) element = element != 0 ? 1 : 0;
      }
      ExpectClose(RunOne<CastOp>({DType::kFloat64}, {y}), want, 0);
    }
  }
}

TEST(Cast, CutsFractionsOff) {
  EXPECT_THAT((Cast<int32_t, float>({-1.9f, -0.5f, 0.5f, 1.9f})), ElementsAre(-1, 0, 0, 1));
  EXPECT_THAT((Cast<int64_t, double>({-1.9, -0.5, 0.5, 1.9})), ElementsAre(-1, 0, 0, 1));
}

TEST(Cast, StopsFloatsAtTheEndsOfTheRange) {
  const std::vector<double> x = {-kInfinity, -1e30, 1e30, kInfinity, kNaN};
  EXPECT_THAT((Cast<int8_t>(x)), ElementsAre(-128, -128, 127, 127, 0));
  EXPECT_THAT((Cast<uint8_t>(x)), ElementsAre(0, 0, 255, 255, 0));
  EXPECT_THAT((Cast<int32_t>(x)), ElementsAre(INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX, 0));
  EXPECT_THAT((Cast<int64_t>(x)), ElementsAre(INT64_MIN, INT64_MIN, INT64_MAX, INT64_MAX, 0));
  const std::vector<float> edges = {2147483648.0f, 2147483520.0f, -2147483648.0f, 9223372036854775808.0f};
  EXPECT_THAT((Cast<int32_t>(edges)), ElementsAre(INT32_MAX, 2147483520, INT32_MIN, INT32_MAX));
  EXPECT_THAT((Cast<int64_t>(edges)), ElementsAre(2147483648, 2147483520, -2147483648, INT64_MAX));
  EXPECT_THAT((Cast<uint8_t, double>({254.9, 255.9, 256, -0.9})), ElementsAre(254, 255, 255, 0));
}

TEST(Cast, WrapsIntegersAround) {
  EXPECT_THAT((Cast<uint8_t, int64_t>({300, -1, 256})), ElementsAre(44, 255, 0));
  EXPECT_THAT((Cast<int8_t, uint8_t>({127, 128, 255})), ElementsAre(127, -128, -1));
}

TEST(Cast, MakesEverythingButZeroTrue) {
  EXPECT_THAT((Cast<bool, double>({0, -0.0, 1e-300, kNaN, -kInfinity})), ElementsAre(false, false, true, true, true));
  EXPECT_THAT((Cast<bool, int64_t>({0, 256, -1})), ElementsAre(false, true, true));
}

TEST(Cast, RoundsToHalvesAsTheHalvesDo) {
  Random random;
  const Tensor x = random.ATensor<float>({1000}, -70000, 70000);
  const Tensor half = RunOne<CastOp>({DType::kFloat16}, {x});
  const Tensor bfloat = RunOne<CastOp>({DType::kBFloat16}, {x});
  const auto* half_bits = static_cast<const uint16_t*>(half.data());
  const auto* bfloat_bits = static_cast<const uint16_t*>(bfloat.data());
  for (int64_t i = 0; i < x.numel(); ++i) {
    ASSERT_EQ(half_bits[i], FloatToHalf(x.elements<float>()[i]));
    ASSERT_EQ(bfloat_bits[i], FloatToBFloat16(x.elements<float>()[i]));
  }
  ExpectClose(RunOne<CastOp>({DType::kFloat32}, {bfloat}), Doubles(x), 0.004);
}

TEST(Cast, TakesExactlyOneInput) {
  EXPECT_EQ(Refusal<CastOp>({DType::kBool}, {}), "cast: wrong number of inputs (got 0, want 1)");
}

}  // namespace
}  // namespace moduled::nn
