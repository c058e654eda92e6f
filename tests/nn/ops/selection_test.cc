// Operators that compare and choose: compare, logical, where, maximum, minimum, and pow, whose gradient needs them.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "nn/ops/compare.h"
#include "nn/ops/logical.h"
#include "nn/ops/logical_not.h"
#include "nn/ops/maximum.h"
#include "nn/ops/minimum.h"
#include "nn/ops/pow.h"
#include "nn/ops/where.h"
#include "tests/nn/ops/gradient_check.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;

std::vector<double> Gradient(const Op& op, const std::vector<Tensor>& inputs, const Tensor& grad, size_t of) {
  const std::vector<bool> wanted(inputs.size(), true);
  const auto gradients = GradientsOf(op, inputs, {grad}, wanted);
  EXPECT_TRUE(gradients.ok()) << gradients.status();
  return Doubles(*(*gradients)[of]);
}

TEST(Compare, AnswersEachQuestion) {
  const std::vector<Tensor> in = {Tensor::Of<float>({4}, {1, 2, 3, NAN}), Tensor::Of<float>({4}, {2, 2, 2, NAN})};
  const auto ask = [&](Comparison comparison) { return Doubles(RunOne<CompareOp>({.comparison = comparison}, in)); };
  EXPECT_THAT(ask(Comparison::kEqual), ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(ask(Comparison::kNotEqual), ElementsAre(1, 0, 1, 1));
  EXPECT_THAT(ask(Comparison::kLess), ElementsAre(1, 0, 0, 0));
  EXPECT_THAT(ask(Comparison::kLessEqual), ElementsAre(1, 1, 0, 0));
  EXPECT_THAT(ask(Comparison::kGreater), ElementsAre(0, 0, 1, 0));
  EXPECT_THAT(ask(Comparison::kGreaterEqual), ElementsAre(0, 1, 1, 0));
}

TEST(Compare, BroadcastsBothSides) {
  const Tensor y = RunOne<CompareOp>({.comparison = Comparison::kLess},
                                     {Tensor::Of<int64_t>({2, 1}, {1, 3}), Tensor::Of<int64_t>({3}, {1, 2, 4})});
  EXPECT_EQ(y.spec(), (TensorSpec{DType::kBool, {2, 3}}));
  EXPECT_THAT(Doubles(y), ElementsAre(0, 1, 1, 0, 0, 1));
}

TEST(Compare, PassesNoGradient) { EXPECT_FALSE(Op::Of<CompareOp>({}).differentiable()); }

TEST(Logical, TakesAnythingButZeroForTrue) {
  const std::vector<Tensor> in = {Tensor::Of<float>({4}, {0, 0, 2, NAN}), Tensor::Of<float>({4}, {0, -1, 0, 3})};
  EXPECT_THAT(Doubles(RunOne<LogicalOp>({.function = LogicalFunction::kAnd}, in)), ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(Doubles(RunOne<LogicalOp>({.function = LogicalFunction::kOr}, in)), ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(Doubles(RunOne<LogicalOp>({.function = LogicalFunction::kXor}, in)), ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(Doubles(RunOne<LogicalNotOp>({}, {in[0]})), ElementsAre(1, 1, 0, 0));
}

TEST(Where, BroadcastsAllThree) {
  const Tensor condition = Tensor::Of<bool>({2, 1, 1}, {true, false});
  const Tensor a = Tensor::Of<double>({3, 1}, {1, 2, 3});
  const Tensor b = Tensor::Of<double>({2}, {10, 20});
  const Tensor y = RunOne<WhereOp>({}, {condition, a, b});
  EXPECT_EQ(y.shape(), (Shape{2, 3, 2}));
  EXPECT_THAT(Doubles(y), ElementsAre(1, 1, 2, 2, 3, 3, 10, 20, 10, 20, 10, 20));
  ExpectGradient<WhereOp>({}, {condition, a, b});
}

TEST(Where, TakesEveryType) {
  for (const DType dtype : kAllDTypes) {
    const Tensor zeros = *Tensor::Zeros({dtype, {2}});
    EXPECT_EQ(RunOne<WhereOp>({}, {Tensor::Of<bool>({2}, {true, false}), zeros, zeros}).spec(), zeros.spec());
  }
}

TEST(Where, RefusesAConditionThatIsNotBoolAndShapesThatDiffer) {
  const TensorSpec value{DType::kFloat32, {2}};
  EXPECT_EQ(Refusal<WhereOp>({}, {value, value, value}),
            "where expected condition to be a boolean tensor, but got a tensor with dtype Float");
  EXPECT_EQ(Refusal<WhereOp>({}, {{DType::kBool, {3}}, value, value}),
            "The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 0");
}

TEST(Extremum, ANaNWins) {
  const std::vector<Tensor> in = {Tensor::Of<float>({4}, {1, 5, NAN, 2}), Tensor::Of<float>({4}, {3, 4, 1, NAN})};
  ExpectClose(RunOne<MaximumOp>({}, in), {3, 5, NAN, NAN}, 0);
  ExpectClose(RunOne<MinimumOp>({}, in), {1, 4, NAN, NAN}, 0);
}

TEST(Extremum, GradientGoesToTheWinner) {
  const Tensor a = Tensor::Of<double>({2, 3}, {1, -2, 3, 4, 0.5, 6});
  const Tensor b = Tensor::Of<double>({3}, {2, -3, 5});
  ExpectGradient<MaximumOp>({}, {a, b});
  ExpectGradient<MinimumOp>({}, {b, a});
}

TEST(Extremum, EqualInputsShareTheGradient) {
  const std::vector<Tensor> in = {Tensor::Of<double>({2}, {1, NAN}), Tensor::Of<double>({2}, {1, 2})};
  const Tensor grad = Tensor::Of<double>({2}, {6, 7});
  for (const size_t of : {0, 1}) {
    EXPECT_THAT(Gradient(Op::Of<MaximumOp>({}), in, grad, of), ElementsAre(3, 7));
    EXPECT_THAT(Gradient(Op::Of<MinimumOp>({}), in, grad, of), ElementsAre(3, 7));
  }
}

TEST(Pow, RaisesFloatsAndIntegers) {
  ExpectClose(RunOne<PowOp>({}, {Tensor::Of<double>({3}, {2, 9, 0}), Tensor::Of<double>({3}, {-1, 0.5, 0})}),
              {0.5, 3, 1}, 1e-15);
  const Tensor base = Tensor::Of<int64_t>({6}, {3, 2, -1, -1, 1, 0});
  EXPECT_THAT(Doubles(RunOne<PowOp>({}, {base, Tensor::Of<int64_t>({6}, {4, -1, -3, -2, -5, -2})})),
              ElementsAre(81, 0, -1, 1, 1, 0));
  EXPECT_THAT(Doubles(RunOne<PowOp>({}, {Tensor::Of<uint8_t>({2}, {2, 3}), Tensor::Of<uint8_t>({}, {7})})),
              ElementsAre(128, 2187 % 256));
}

TEST(Pow, HasBothGradients) {
  const Tensor base = Tensor::Of<double>({2, 2}, {1.5, 2, 0.25, 3});
  ExpectGradient<PowOp>({}, {base, Tensor::Of<double>({2}, {2, -0.5})});
  ExpectGradient<PowOp>({}, {base, Tensor::Scalar<double>(3)});
}

TEST(Pow, IsFlatWhereAnExponentOrABaseOfZeroMakesItConstant) {
  const std::vector<Tensor> in = {Tensor::Of<double>({3}, {0, 0, 2}), Tensor::Of<double>({3}, {0, 2, 0})};
  const Tensor grad = Tensor::Of<double>({3}, {1, 1, 1});
  EXPECT_THAT(Gradient(Op::Of<PowOp>({}), in, grad, 0), ElementsAre(0, 0, 0));
  EXPECT_THAT(Gradient(Op::Of<PowOp>({}), in, grad, 1), ElementsAre(0, 0, std::log(2.0)));
}

}  // namespace
}  // namespace moduled::nn
