#include "nn/ops/sum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/ops/mul.h"
#include "tests/nn/ops/gradient_check.h"
#include "tests/nn/ops/run_op.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;

TEST(Sum, AddsAlongTheAxes) {
  const Tensor x = Tensor::Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(RunOne<SumOp>({.axes = {0}}, {x}).elements<float>(), ElementsAre(5, 7, 9));
  EXPECT_THAT(RunOne<SumOp>({.axes = {1}}, {x}).elements<float>(), ElementsAre(6, 15));
  const Tensor all = RunOne<SumOp>({.axes = {0, 1}, .keepdim = true}, {x});
  EXPECT_EQ(all.shape(), (Shape{1, 1}));
  EXPECT_THAT(all.elements<float>(), ElementsAre(21));
}

TEST(Sum, OfNothingIsZero) {
  EXPECT_THAT(RunOne<SumOp>({.axes = {0}}, {Tensor::Of<double>({0, 2}, {})}).elements<double>(), ElementsAre(0, 0));
}

TEST(Sum, OfIntegersWrapsAround) {
  const int64_t greatest = std::numeric_limits<int64_t>::max();
  EXPECT_THAT(RunOne<SumOp>({.axes = {0}}, {Tensor::Of<int64_t>({2}, {greatest, 1})}).elements<int64_t>(),
              ElementsAre(std::numeric_limits<int64_t>::min()));
}

TEST(Sum, RefusesAnAxisThatComesTwiceOrIsNotThere) {
  const std::vector<TensorSpec> in = {{DType::kFloat32, {2, 3}}};
  EXPECT_EQ(Refusal<SumOp>({.axes = {1, 1}}, in), "dim 1 appears multiple times in the list of dims");
  EXPECT_EQ(Refusal<SumOp>({.axes = {2}}, in),
            "Dimension out of range (expected to be in range of [-2, 1], but got 2)");
}

TEST(Sum, SpreadsItsGradient) {
  const Tensor x = Tensor::Of<double>({2, 3}, {1, 2, 3, 4, 5, 6});
  ExpectGradient<SumOp>({.axes = {0}}, {x});
  ExpectGradient<SumOp>({.axes = {1}, .keepdim = true}, {x});
  ExpectGradient<SumOp>({.axes = {0, 1}}, {x});
}

TEST(Mul, SumsTheGradientOfWhatWasBroadcast) {
  const Tensor a = Tensor::Of<double>({2, 3}, {1, -2, 3, 4, 0.5, 6});
  ExpectGradient<MulOp>({}, {a, Tensor::Of<double>({3}, {7, 8, -9})});
  ExpectGradient<MulOp>({}, {Tensor::Of<double>({2, 1}, {7, 8}), a});
  ExpectGradient<MulOp>({}, {a, Tensor::Scalar<double>(3)});
}

}  // namespace
}  // namespace moduled::nn
