#include "nn/ops/slice.h"

#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

void ExpectSlices(const Tensor& x, const SliceOp::Attrs& attrs) {
  SCOPED_TRACE(x.shape().ToString() + " from " + std::to_string(attrs.start) + " by " + std::to_string(attrs.step));
  const Tensor y = RunOne<SliceOp>(attrs, {x});
  Shape want = x.shape();
  want[attrs.axis] = attrs.length;
  ASSERT_EQ(y.shape(), want);
  for (int64_t i = 0; i < y.numel(); ++i) {
    std::vector<int64_t> index = IndexOf(i, want);
    index[attrs.axis] = attrs.start + index[attrs.axis] * attrs.step;
    ASSERT_EQ(y.elements<float>()[i], x.elements<float>()[ElementAt(index, x.shape())]) << "at element " << i;
  }
}

TEST(Slice, TakesEveryStepthElementOfRandomShapes) {
  Random random;
  for (int round = 0; round < 100; ++round) {
    const auto rank = static_cast<size_t>(random.Int(1, 4));
    const Tensor x = random.ATensor<float>(random.AShape(rank, 1, 8));
    const int64_t axis = random.Int(0, static_cast<int64_t>(rank) - 1);
    const int64_t start = random.Int(0, x.shape()[axis]);
    const int64_t step = random.Int(1, 4);
    const int64_t most = (x.shape()[axis] - start + step - 1) / step;
    ExpectSlices(x, {axis, start, random.Int(0, most), step});
  }
}

TEST(Slice, TakesOneElementWhateverTheStep) {
  Random random;
  ExpectSlices(random.ATensor<float>({3, 4}), {.axis = 1, .start = 3, .length = 1, .step = INT64_MAX});
}

TEST(Slice, RefusesWhatLiesOutsideOfTheAxis) {
  const TensorSpec x = {DType::kFloat32, {4, 5}};
  const std::string outside = "slice: not within axis 1 (got start ";
  EXPECT_EQ(Refusal<SliceOp>({1, 0, 6, 1}, {x}), outside + "0, length 6, step 1, want below 5)");
  EXPECT_EQ(Refusal<SliceOp>({1, 1, 3, 2}, {x}), outside + "1, length 3, step 2, want below 5)");
  EXPECT_EQ(Refusal<SliceOp>({1, 6, 0, 1}, {x}), outside + "6, length 0, step 1, want below 5)");
  EXPECT_EQ(Refusal<SliceOp>({1, -1, 1, 1}, {x}), outside + "-1, length 1, step 1, want below 5)");
  EXPECT_EQ(Refusal<SliceOp>({1, 0, -1, 1}, {x}), outside + "0, length -1, step 1, want below 5)");
  EXPECT_EQ(Refusal<SliceOp>({1, 5, 1, 1}, {x}), outside + "5, length 1, step 1, want below 5)");
  EXPECT_EQ(Refusal<SliceOp>({1, 1, INT64_MAX, INT64_MAX}, {x}),
            outside + "1, length 9223372036854775807, step 9223372036854775807, want below 5)");
}

TEST(Slice, RefusesWhatTorchRefuses) {
  EXPECT_EQ(Refusal<SliceOp>({0, 0, 1, 0}, {{DType::kFloat32, {4}}}), "slice step must be positive");
  EXPECT_EQ(Refusal<SliceOp>({0, 0, 1, 1}, {{DType::kFloat32, {}}}), "slice() cannot be applied to a 0-dim tensor.");
  EXPECT_EQ(Refusal<SliceOp>({2, 0, 1, 1}, {{DType::kFloat32, {4, 4}}}),
            "Dimension out of range (expected to be in range of [-2, 1], but got 2)");
}

}  // namespace
}  // namespace moduled::nn
