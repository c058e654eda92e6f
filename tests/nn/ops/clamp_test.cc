#include "nn/ops/clamp.h"

#include <limits>

#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsNan;

TEST(Clamp, CutsOffAtBothBounds) {
  Random random;
  for (int64_t n : {1, 7, 16, 100}) {
    const Tensor x = random.ATensor<float>({n}, -10, 10);
    std::vector<double> want = Doubles(x);
    for (double& element : want) element = std::min(std::max(element, 0.0), 6.0);
    ExpectClose(RunOne<ClampOp>({0, 6}, {x}), want, 0);
  }
}

TEST(Clamp, TakesOneBoundAlone) {
  const Tensor x = Tensor::Of<double>({3}, {-1, 0.5, 2});
  EXPECT_THAT(RunOne<ClampOp>({.min = 0}, {x}).elements<double>(), ElementsAre(0, 0.5, 2));
  EXPECT_THAT(RunOne<ClampOp>({.max = 1}, {x}).elements<double>(), ElementsAre(-1, 0.5, 1));
}

TEST(Clamp, LetsTheUpperBoundWinWhereTheBoundsCross) {
  EXPECT_THAT(RunOne<ClampOp>({2, 1}, {Tensor::Of<float>({3}, {0, 1.5, 3})}).elements<float>(), Each(1));
}

TEST(Clamp, PassesNaNsOn) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(RunOne<ClampOp>({0, 6}, {Tensor::Of<float>({2}, {nan, 7})}).elements<float>(), ElementsAre(IsNan(), 6));
  EXPECT_THAT(RunOne<ClampOp>({.min = nan}, {Tensor::Of<float>({2}, {1, 7})}).elements<float>(), Each(IsNan()));
}

TEST(Clamp, TakesIntegersAndBoundsOutsideOfTheirRange) {
  const Tensor y = RunOne<ClampOp>({-1, 6}, {Tensor::Of<uint8_t>({3}, {0, 5, 255})});
  EXPECT_THAT(y.elements<uint8_t>(), ElementsAre(0, 5, 6));
  EXPECT_THAT(RunOne<ClampOp>({-3, 1e30}, {Tensor::Of<int8_t>({2}, {-128, 127})}).elements<int8_t>(),
              ElementsAre(-3, 127));
}

TEST(Clamp, RefusesWhatTorchRefuses) {
  EXPECT_EQ(Refusal<ClampOp>({}, {{}}), "torch.clamp: At least one of 'min' or 'max' must not be None");
  EXPECT_EQ(Refusal<ClampOp>({0, 6}, {{DType::kBFloat16, {1}}}), "\"clamp_scalar_cpu\" not implemented for 'BFloat16'");
}

TEST(Clamp, RefusesBoundsThatNoIntegerHas) {
  EXPECT_EQ(Refusal<ClampOp>({.min = 0.5}, {{DType::kInt64, {1}}}),
            "clamp: a bound must be an integer for int64 (got 0.5)");
}

}  // namespace
}  // namespace moduled::nn
