// remainder, and arange.
#include "nn/ops/remainder.h"

#include "nn/ops/arange.h"
#include "tests/nn/ops/gradient_check.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

TEST(Remainder, HasTheSignOfTheDivisorAsInPython) {
  const Tensor a = Tensor::Of<int64_t>({4}, {7, -7, 7, -7}), b = Tensor::Of<int64_t>({4}, {3, 3, -3, -3});
  ExpectClose(RunOne<RemainderOp>({}, {a, b}), {1, 2, -2, -1}, 0);
  const Tensor x = Tensor::Of<double>({4}, {5.5, -5.5, 5.5, INFINITY}), y = Tensor::Of<double>({4}, {2, 2, -2, 2});
  ExpectClose(RunOne<RemainderOp>({}, {x, y}), {1.5, 0.5, -0.5, NAN}, 0);
  ExpectClose(RunOne<RemainderOp>({}, {Tensor::Of<int8_t>({1}, {-128}), Tensor::Of<int8_t>({1}, {-1})}), {0}, 0);
}

TEST(Remainder, FailsTheRunWhereAnIntegerIsDividedByZero) {
  const Tensor a = Tensor::Of<int32_t>({2}, {1, 2}), b = Tensor::Of<int32_t>({2}, {1, 0});
  EXPECT_EQ(RunOp<RemainderOp>({}, {a, b}).status().message(), "ZeroDivisionError");
}

TEST(Remainder, GradientMatchesDifferences) {
  ExpectGradient<RemainderOp>(
      {}, {Tensor::Of<double>({2, 2}, {5.3, -2.1, 0.7, 9.9}), Tensor::Of<double>({2}, {2.4, -1.7})});
}

TEST(Arange, CountsInSteps) {
  ExpectClose(RunOne<ArangeOp>({.n = 3, .start = 2, .step = -2}, {}), {2, 0, -2}, 0);
  ExpectClose(RunOne<ArangeOp>({.dtype = DType::kFloat32, .n = 2, .start = 0.5, .step = 0.25}, {}), {0.5, 0.75}, 0);
  EXPECT_EQ(RunOne<ArangeOp>({.n = 0}, {}).shape(), (Shape{0}));
  EXPECT_EQ(Refusal<ArangeOp>({.dtype = DType::kBool, .n = 1}, {}), "\"arange_cpu\" not implemented for 'Bool'");
  EXPECT_NE(Refusal<ArangeOp>({.n = -1}, {}), "");
}

}  // namespace
}  // namespace moduled::nn
