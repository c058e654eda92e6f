#include "nn/ops/mean.h"

#include <cmath>

#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

std::vector<double> Mean(const Tensor& x, const std::vector<int64_t>& axes, const Shape& kept) {
  std::vector<double> sums(static_cast<size_t>(kept.numel()), 0.0);
  for (int64_t i = 0; i < x.numel(); ++i) {
    std::vector<int64_t> index = IndexOf(i, x.shape());
    for (int64_t axis : axes) index[axis] = 0;
    sums[ElementAt(index, kept)] += Doubles(x)[i];
  }
  for (double& sum : sums) sum /= static_cast<double>(x.numel()) / static_cast<double>(kept.numel());
  return sums;
}

TEST(Mean, FollowsTheFormulaOverRandomAxes) {
  Random random;
  for (int round = 0; round < 60; ++round) {
    const auto rank = static_cast<size_t>(random.Int(1, 5));
    const Shape shape = random.AShape(rank, 1, 5);
    std::vector<int64_t> axes;
    Shape kept = shape;
    Shape left;
    for (size_t axis = 0; axis < rank; ++axis) {
      if (random.Int(0, 1) == 0) {
        axes.push_back(static_cast<int64_t>(axis));
        kept[axis] = 1;
      } else {
        left.push_back(shape[axis]);
      }
    }
    SCOPED_TRACE(shape.ToString() + " to " + kept.ToString());
    const Tensor x = random.ATensor<float>(shape);
    const Tensor with_axes = RunOne<MeanOp>({axes, true}, {x});
    const Tensor without_axes = RunOne<MeanOp>({axes, false}, {x});
    EXPECT_EQ(with_axes.shape(), kept);
    EXPECT_EQ(without_axes.shape(), left);
    ExpectClose(with_axes, Mean(x, axes, kept), 1e-6);
    ExpectClose(without_axes, Mean(x, axes, kept), 1e-6);
  }
}

TEST(Mean, DoesNotLoseSmallElementsInLongRows) {
  std::vector<float> x(1 << 20, 0.1f);
  const auto n = static_cast<int64_t>(x.size());
  EXPECT_FLOAT_EQ(RunOne<MeanOp>({{0}}, {Tensor::Of<float>({n}, x)}).elements<float>()[0], 0.1f);
  EXPECT_FLOAT_EQ(RunOne<MeanOp>({{0}}, {Tensor::Of<float>({n / 2, 2}, x)}).elements<float>()[1], 0.1f);
}

TEST(Mean, ComputesInDouble) {
  Random random;
  const Tensor x = random.ATensor<double>({3, 40, 5});
  ExpectClose(RunOne<MeanOp>({{1}, true}, {x}), Mean(x, {1}, {3, 1, 5}), 1e-14);
  ExpectClose(RunOne<MeanOp>({{0, 2}, true}, {x}), Mean(x, {0, 2}, {1, 40, 1}), 1e-14);
}

TEST(Mean, OfNothingIsNotANumber) {
  const Tensor y = RunOne<MeanOp>({{0}}, {Tensor::Of<float>({0, 2}, {})});
  EXPECT_THAT(y.elements<float>(), testing::ElementsAre(testing::IsNan(), testing::IsNan()));
  EXPECT_EQ(RunOne<MeanOp>({{1}}, {Tensor::Of<float>({0, 2}, {})}).shape(), Shape{0});
}

TEST(Mean, OfAScalarIsTheScalar) {
  EXPECT_EQ(RunOne<MeanOp>({{0}}, {Tensor::Scalar<float>(3)}).elements<float>()[0], 3);
  EXPECT_EQ(RunOne<MeanOp>({{0}, true}, {Tensor::Scalar<float>(3)}).shape(), Shape());
}

TEST(Mean, RefusesWhatTorchRefuses) {
  const TensorSpec x = {DType::kFloat32, {2, 3}};
  EXPECT_EQ(Refusal<MeanOp>({{0, 0}}, {x}), "dim 0 appears multiple times in the list of dims");
  EXPECT_EQ(Refusal<MeanOp>({{4}}, {x}), "Dimension out of range (expected to be in range of [-2, 1], but got 4)");
  EXPECT_EQ(Refusal<MeanOp>({{0}}, {{DType::kInt64, {2}}}),
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: "
            "Long");
}

}  // namespace
}  // namespace moduled::nn
