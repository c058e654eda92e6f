#include "nn/ops/dropout.h"

#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::Each;
using testing::ElementsAreArray;

const Tensor kOnes = Tensor::Of<float>({100, 1000}, std::vector<float>(100000, 1.0f));

int64_t Dropped(const Tensor& y) { return std::count(y.elements<float>().begin(), y.elements<float>().end(), 0.0f); }

TEST(Dropout, DropsTheGivenShareAndScalesTheRest) {
  // 100,000 elements: the share's standard deviation is below 0.0016.
  for (double p : {0.1, 0.5, 0.9}) {
    const Tensor y = RunOne<DropoutOp>({p, 42}, {kOnes});
    EXPECT_NEAR(static_cast<double>(Dropped(y)) / 1e5, p, 0.01);
    const auto scale = static_cast<float>(1 / (1 - p));
    EXPECT_THAT(y.elements<float>(), Each(testing::AnyOf(0.0f, scale)));
  }
}

TEST(Dropout, DropsTheSameForTheSameSeed) {
  const Tensor once = RunOne<DropoutOp>({0.5, 7}, {kOnes});
  EXPECT_TRUE(run_op::SameBytes(once, RunOne<DropoutOp>({0.5, 7}, {kOnes})));
  EXPECT_FALSE(run_op::SameBytes(once, RunOne<DropoutOp>({0.5, 8}, {kOnes})));
}

TEST(Dropout, DropsTheSameInEveryReleaseForAGivenSeed) {
  const Tensor y = RunOne<DropoutOp>({0.5, 0}, {Tensor::Of<double>({8}, std::vector<double>(8, 1.0))});
  EXPECT_THAT(y.elements<double>(), ElementsAreArray({2, 0, 0, 2, 0, 0, 0, 2}));
}

TEST(Dropout, DropsNothingOrEverythingAtTheEnds) {
  Random random;
  const Tensor x = random.ATensor<float>({50});
  ExpectClose(RunOne<DropoutOp>({0, 1}, {x}), Doubles(x), 0);
  EXPECT_THAT(RunOne<DropoutOp>({1, 1}, {x}).elements<float>(), Each(0));
}

TEST(Dropout, RefusesWhatTorchRefuses) {
  EXPECT_EQ(Refusal<DropoutOp>({1.5, 0}, {{}}), "dropout probability has to be between 0 and 1, but got 1.5");
  EXPECT_EQ(Refusal<DropoutOp>({std::nan(""), 0}, {{}}), "dropout probability has to be between 0 and 1, but got nan");
  EXPECT_EQ(Refusal<DropoutOp>({0.5, 0}, {{DType::kFloat16, {1}}}),
            "\"bernoulli_scalar_cpu_\" not implemented for 'Half'");
}

}  // namespace
}  // namespace moduled::nn
