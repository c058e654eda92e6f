#include "nn/ops/reshape.h"

#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

TEST(Reshape, KeepsTheElementsInTheirOrder) {
  Random random;
  const Tensor x = random.ATensor<float>({2, 3, 4});
  const Tensor y = RunOne<ReshapeOp>({{6, 4}}, {x});
  EXPECT_EQ(y.spec(), (TensorSpec{DType::kFloat32, {6, 4}}));
  ExpectClose(y, Doubles(x), 0);
}

TEST(Reshape, MakesAScalarOfOneElement) {
  EXPECT_EQ(RunOne<ReshapeOp>({}, {Tensor::Of<int64_t>({1, 1}, {7})}).elements<int64_t>()[0], 7);
}

TEST(Reshape, RefusesOtherNumbersOfElements) {
  EXPECT_EQ(Refusal<ReshapeOp>({{2, 4}}, {{DType::kFloat32, {2, 3}}}), "shape '[2, 4]' is invalid for input of size 6");
}

TEST(Reshape, RefusesShapesThatAreNone) {
  EXPECT_EQ(Refusal<ReshapeOp>({{-1, 6}}, {{DType::kFloat32, {2, 3}}}), "shape: negative extent (got [-1, 6])");
  EXPECT_EQ(Refusal<ReshapeOp>({{INT64_MAX, INT64_MAX}}, {{DType::kFloat32, {2, 3}}}),
            "shape: too many elements (got [9223372036854775807, 9223372036854775807])");
}

}  // namespace
}  // namespace moduled::nn
