// Elementary functions of one input: exp, log, log1p, sqrt, rsqrt, neg, abs, sign.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "nn/ops/abs.h"
#include "nn/ops/exp.h"
#include "nn/ops/log.h"
#include "nn/ops/log1p.h"
#include "nn/ops/neg.h"
#include "nn/ops/rsqrt.h"
#include "nn/ops/sign.h"
#include "nn/ops/sqrt.h"
#include "tests/nn/ops/gradient_check.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <Operator T>
void ExpectMatches(double (*reference)(double), double low, double high) {
  Random random;
  const Shape shape{random.Int(1, 70), 3};
  const Tensor x = random.ATensor<double>(shape, low, high);
  std::vector<double> want;
  for (const double element : x.elements<double>()) want.push_back(reference(element));
  ExpectClose(RunOne<T>({}, {x}), want, 1e-15);

  const Tensor narrow = random.ATensor<float>(shape, low, high);
  want.clear();
  for (const float element : narrow.elements<float>()) want.push_back(reference(element));
  ExpectClose(RunOne<T>({}, {narrow}), want, 1e-6);
  ExpectGradient<T>({}, {random.ATensor<double>({2, 3}, low, high)});
}

TEST(Elementary, ExpIsThePowerOfE) { ExpectMatches<ExpOp>(std::exp, -5, 5); }
TEST(Elementary, LogIsTheNaturalLogarithm) { ExpectMatches<LogOp>(std::log, 0.1, 9); }
TEST(Elementary, Log1pIsTheLogarithmOfOneMore) { ExpectMatches<Log1pOp>(std::log1p, -0.8, 9); }
TEST(Elementary, SqrtIsTheSquareRoot) { ExpectMatches<SqrtOp>(std::sqrt, 0.1, 9); }
TEST(Elementary, RsqrtIsOneBySquareRoot) {
  ExpectMatches<RsqrtOp>([](double x) { return 1 / std::sqrt(x); }, 0.1, 9);
}
TEST(Elementary, NegIsTheOpposite) {
  ExpectMatches<NegOp>([](double x) { return -x; }, -5, 5);
}
TEST(Elementary, AbsIsTheMagnitude) {
  ExpectMatches<AbsOp>([](double x) { return std::fabs(x); }, 0.1, 5);
  ExpectMatches<AbsOp>([](double x) { return std::fabs(x); }, -5, -0.1);
}
TEST(Elementary, SignIsFlat) {
  ExpectMatches<SignOp>([](double) { return 1.0; }, 0.1, 5);
  ExpectMatches<SignOp>([](double) { return -1.0; }, -5, -0.1);
}

TEST(Elementary, FollowsTheStandardAtTheEnds) {
  const Tensor ends = Tensor::Of<float>({4}, {0, -1, std::numeric_limits<float>::infinity(), NAN});
  ExpectClose(RunOne<LogOp>({}, {ends}), {-kInfinity, kNaN, kInfinity, kNaN}, 0);
  ExpectClose(RunOne<Log1pOp>({}, {ends}), {0, -kInfinity, kInfinity, kNaN}, 0);
  ExpectClose(RunOne<SqrtOp>({}, {ends}), {0, kNaN, kInfinity, kNaN}, 0);
  ExpectClose(RunOne<RsqrtOp>({}, {ends}), {kInfinity, kNaN, 0, kNaN}, 0);
  ExpectClose(RunOne<SignOp>({}, {ends}), {0, -1, 1, 0}, 0);
  ExpectClose(RunOne<ExpOp>({}, {Tensor::Of<float>({3}, {-INFINITY, INFINITY, NAN})}), {0, kInfinity, kNaN}, 0);
}

TEST(Elementary, AbsHasNoSlopeAtItsKink) {
  const auto gradients = GradientsOf(Op::Of<AbsOp>({}), {Tensor::Of<double>({3}, {-2, 0, 2})},
                                     {Tensor::Of<double>({3}, {5, 5, 5})}, {true});
  ASSERT_TRUE(gradients.ok()) << gradients.status();
  EXPECT_THAT((*gradients)[0]->elements<double>(), ElementsAre(-5, 0, 5));
}

TEST(Elementary, IntegersWrapAround) {
  const int64_t least = std::numeric_limits<int64_t>::min();
  const Tensor x = Tensor::Of<int64_t>({3}, {least, 0, 7});
  EXPECT_THAT(RunOne<NegOp>({}, {x}).elements<int64_t>(), ElementsAre(least, 0, -7));
  EXPECT_THAT(RunOne<AbsOp>({}, {x}).elements<int64_t>(), ElementsAre(least, 0, 7));
  EXPECT_THAT(RunOne<SignOp>({}, {x}).elements<int64_t>(), ElementsAre(-1, 0, 1));
  EXPECT_THAT(RunOne<NegOp>({}, {Tensor::Of<uint8_t>({2}, {0, 3})}).elements<uint8_t>(), ElementsAre(0, 253));
}

TEST(Elementary, RefusesTypesThatHaveNoKernel) {
  EXPECT_EQ(Refusal<ExpOp>({}, {{DType::kInt64, {2}}}), "\"exp_vml_cpu\" not implemented for 'Long'");
  EXPECT_EQ(Refusal<AbsOp>({}, {{DType::kBool, {2}}}), "\"abs_cpu\" not implemented for 'Bool'");
  EXPECT_EQ(Refusal<NegOp>({}, {{DType::kBool, {2}}}),
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use "
            "the `~` or `logical_not()` operator instead.");
}

}  // namespace
}  // namespace moduled::nn
