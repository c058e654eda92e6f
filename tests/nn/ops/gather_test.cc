#include "nn/ops/gather.h"

#include <gmock/gmock.h>

#include "nn/ops/scatter_add.h"
#include "tests/nn/ops/gradient_check.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;

std::string Failure(const absl::StatusOr<std::vector<Tensor>>& result) {
  return std::string(result.status().message());
}

TEST(Gather, TakesTheElementsThatItIsTold) {
  Random random;
  const Shape table = random.AShape(3, 2, 5);
  const int64_t axis = random.Int(0, 2);
  Shape at;
  for (size_t d = 0; d < 3; ++d) at.push_back(static_cast<int64_t>(d) == axis ? 4 : random.Int(1, table[d]));
  const Tensor x = random.ATensor<double>(table);
  const Tensor index = random.ATensor<int64_t>(at, 0, static_cast<double>(table[axis] - 1));
  std::vector<double> want;
  for (int64_t i = 0; i < at.numel(); ++i) {
    std::vector<int64_t> position = IndexOf(i, at);
    position[axis] = index.elements<int64_t>()[i];
    want.push_back(x.elements<double>()[ElementAt(position, table)]);
  }
  ExpectClose(RunOne<GatherOp>({.axis = axis}, {x, index}), want, 0);
  ExpectGradient<GatherOp>({.axis = axis}, {x, index});
}

TEST(Gather, TakesAScalarForAVector) {
  const Tensor seven = Tensor::Scalar<float>(7);
  EXPECT_THAT(Doubles(RunOne<GatherOp>({}, {seven, Tensor::Of<int64_t>({2}, {0, 0})})), ElementsAre(7, 7));
  EXPECT_THAT(Doubles(RunOne<GatherOp>({}, {seven, Tensor::Scalar<int64_t>(0)})), ElementsAre(7));
}

TEST(Gather, RefusesAnIndexThatIsOutOfBoundsWhenItRuns) {
  const Tensor x = Tensor::Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  for (const int64_t outside : {int64_t{3}, int64_t{-1}, std::numeric_limits<int64_t>::max()}) {
    EXPECT_EQ(Failure(RunOp<GatherOp>({.axis = 1}, {x, Tensor::Of<int64_t>({1, 2}, {0, outside})})),
              "index " + std::to_string(outside) + " is out of bounds for dimension 1 with size 3");
  }
}

TEST(Gather, RefusesIndicesOfAnotherTypeOrShape) {
  const TensorSpec x{DType::kFloat32, {2, 3}};
  EXPECT_EQ(Refusal<GatherOp>({.axis = 1}, {x, {DType::kInt32, {2, 2}}}), "gather(): Expected dtype int64 for index");
  EXPECT_EQ(Refusal<GatherOp>({.axis = 1}, {x, {DType::kInt64, {2}}}),
            "Index tensor must have the same number of dimensions as input tensor");
  EXPECT_EQ(Refusal<GatherOp>({.axis = 1}, {x, {DType::kInt64, {3, 2}}}),
            "Size does not match at dimension 0 expected index [3, 2] to be smaller than self [2, 3] apart from "
            "dimension 1");
  EXPECT_EQ(Refusal<GatherOp>({.axis = 2}, {x, {DType::kInt64, {2, 3}}}),
            "Dimension out of range (expected to be in range of [-2, 1], but got 2)");
}

TEST(ScatterAdd, AddsWhatMeetsAtOnePlace) {
  const Tensor index = Tensor::Of<int64_t>({2, 3}, {0, 2, 0, 1, 1, 1});
  const Tensor x = Tensor::Of<double>({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(Doubles(RunOne<ScatterAddOp>({.axis = 1, .shape = {3, 3}}, {index, x})),
              ElementsAre(4, 0, 2, 0, 15, 0, 0, 0, 0));
  ExpectGradient<ScatterAddOp>({.axis = 1, .shape = {3, 3}}, {index, x});
  EXPECT_EQ(Failure(RunOp<ScatterAddOp>({.axis = 1, .shape = {2, 2}}, {index, x})),
            "index 2 is out of bounds for dimension 1 with size 2");
}

}  // namespace
}  // namespace moduled::nn
