#include "nn/ops/floor_divide.h"

#include <limits>

#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::IsNan;

TEST(FloorDivide, RoundsTowardsNegativeInfinity) {
  const std::vector<int64_t> a = {-7, 7, -7, 7, -6, 6, 0};
  const std::vector<int64_t> b = {2, -2, -2, 2, 2, -2, 5};
  const Tensor y = RunOne<FloorDivideOp>({}, {Tensor::Of<int64_t>({7}, a), Tensor::Of<int64_t>({7}, b)});
  EXPECT_THAT(y.elements<int64_t>(), ElementsAre(-4, -4, 3, 3, -3, -3, 0));
}

TEST(FloorDivide, AgreesWithTheFloorOfTheTrueQuotient) {
  Random random;
  const Tensor a = random.ATensor<int32_t>({50, 20}, -1000, 1000);
  const Tensor b = random.ATensor<int32_t>({20}, 1, 30);
  std::vector<double> want;
  for (int64_t i = 0; i < a.numel(); ++i) want.push_back(std::floor(Doubles(a)[i] / Doubles(b)[i % 20]));
  ExpectClose(RunOne<FloorDivideOp>({}, {a, b}), want, 0);
}

TEST(FloorDivide, TreatsFloatsAsTorchDoes) {
  const float infinity = std::numeric_limits<float>::infinity();
  const Tensor a = Tensor::Of<float>({8}, {-7, 7, -0.0f, 1, -1, infinity, 1, -1});
  const Tensor b = Tensor::Of<float>({8}, {2, -2, 5, 0, 0, 2, infinity, infinity});
  const Tensor y = RunOne<FloorDivideOp>({}, {a, b});
  EXPECT_THAT(y.elements<float>(), ElementsAre(-4, -4, -0.0f, infinity, -infinity, IsNan(), 0, -1));
  EXPECT_TRUE(std::signbit(y.elements<float>()[2]));
}

TEST(FloorDivide, IsNotFooledByAQuotientThatRoundsUp) {
  // 1 / 0.1 is 10 in double, but ten times the double 0.1 is more than 1.
  const Tensor y = RunOne<FloorDivideOp>({}, {Tensor::Of<double>({1}, {1}), Tensor::Of<double>({1}, {0.1})});
  EXPECT_THAT(y.elements<double>(), ElementsAre(9));
}

TEST(FloorDivide, FailsTheRunWhereAnIntegerIsDividedByZero) {
  const Tensor a = Tensor::Of<int64_t>({2}, {1, 2});
  const absl::Status status = RunOp<FloorDivideOp>({}, {a, Tensor::Of<int64_t>({2}, {1, 0})}).status();
  EXPECT_EQ(status, absl::InvalidArgumentError("ZeroDivisionError"));
}

TEST(FloorDivide, DividesNothingByZero) {
  const Tensor y = RunOne<FloorDivideOp>({}, {Tensor::Of<int64_t>({0}, {}), Tensor::Of<int64_t>({1}, {0})});
  EXPECT_EQ(y.shape(), Shape{0});
}

TEST(FloorDivide, WrapsTheOneQuotientThatOverflows) {
  constexpr int64_t kLeast64 = std::numeric_limits<int64_t>::min();
  constexpr int32_t kLeast32 = std::numeric_limits<int32_t>::min();
  EXPECT_THAT(RunOne<FloorDivideOp>({}, {Tensor::Of<int64_t>({1}, {kLeast64}), Tensor::Of<int64_t>({1}, {-1})})
                  .elements<int64_t>(),
              ElementsAre(kLeast64));
  EXPECT_THAT(RunOne<FloorDivideOp>({}, {Tensor::Of<int32_t>({1}, {kLeast32}), Tensor::Of<int32_t>({1}, {-1})})
                  .elements<int32_t>(),
              ElementsAre(kLeast32));
  EXPECT_THAT(
      RunOne<FloorDivideOp>({}, {Tensor::Of<int8_t>({1}, {-128}), Tensor::Of<int8_t>({1}, {-1})}).elements<int8_t>(),
      ElementsAre(-128));
}

TEST(FloorDivide, TakesTheGreatestByteForWhatItIs) {
  EXPECT_THAT(
      RunOne<FloorDivideOp>({}, {Tensor::Of<uint8_t>({1}, {254}), Tensor::Of<uint8_t>({1}, {255})}).elements<uint8_t>(),
      ElementsAre(0));
}

TEST(FloorDivide, RefusesBooleans) {
  EXPECT_EQ(Refusal<FloorDivideOp>({}, {{DType::kBool, {1}}, {DType::kBool, {1}}}),
            "\"div_floor_cpu\" not implemented for 'Bool'");
}

}  // namespace
}  // namespace moduled::nn
