#include "nn/ops/trunc_divide.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/nn/ops/run_op.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;

constexpr int32_t kMin = std::numeric_limits<int32_t>::min();

TEST(TruncDivide, RoundsIntegersTowardsZero) {
  const Tensor a = Tensor::Of<int32_t>({4}, {7, -7, 7, -7}), b = Tensor::Of<int32_t>({4}, {2, 2, -2, -2});
  const auto result = RunOp<TruncDivideOp>({}, {a, b});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->front().elements<int32_t>(), ElementsAre(3, -3, -3, 3));
}

TEST(TruncDivide, RoundsFloatsTowardsZero) {
  const float infinity = std::numeric_limits<float>::infinity();
  const Tensor a = Tensor::Of<float>({4}, {7, -7, 1, -1}), b = Tensor::Of<float>({4}, {2, 2, 0, 0});
  const auto result = RunOp<TruncDivideOp>({}, {a, b});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->front().elements<float>(), ElementsAre(3, -3, infinity, -infinity));
}

TEST(TruncDivide, WrapsTheOneQuotientThatOverflows) {
  const auto result = RunOp<TruncDivideOp>({}, {Tensor::Of<int32_t>({1}, {kMin}), Tensor::Of<int32_t>({1}, {-1})});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->front().elements<int32_t>(), ElementsAre(kMin));
}

TEST(TruncDivide, FailsTheRunWhereAnIntegerIsDividedByZero) {
  const auto result = RunOp<TruncDivideOp>({}, {Tensor::Of<int64_t>({2}, {1, 2}), Tensor::Of<int64_t>({2}, {1, 0})});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(result.status().message(), "ZeroDivisionError");
}

TEST(TruncDivide, RefusesBooleans) {
  const TensorSpec spec{DType::kBool, {2}};
  EXPECT_EQ(TruncDivideOp::Infer({}, {{spec, spec}}).status().message(),
            "\"div_trunc_cpu\" not implemented for 'Bool'");
}

}  // namespace
}  // namespace moduled::nn
