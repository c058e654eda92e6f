#include "nn/ops/cat.h"

#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;

TEST(Cat, PutsRandomShapesOneAfterTheOther) {
  Random random;
  for (int round = 0; round < 50; ++round) {
    const auto rank = static_cast<size_t>(random.Int(1, 4));
    const int64_t axis = random.Int(0, static_cast<int64_t>(rank) - 1);
    Shape shape = random.AShape(rank, 1, 4);
    std::vector<Tensor> inputs;
    int64_t total = 0;
    for (int64_t i = random.Int(1, 4); i > 0; --i) {
      shape[axis] = random.Int(0, 4);
      total += shape[axis];
      inputs.push_back(random.ATensor<float>(shape));
    }
    const Tensor y = RunOne<CatOp>({axis}, inputs);
    Shape want = shape;
    want[axis] = total;
    // Inputs of shape [0] are passed over; all of rank 1 may be.
    ASSERT_EQ(y.shape(), want);
    for (int64_t i = 0; i < y.numel(); ++i) {
      std::vector<int64_t> index = IndexOf(i, want);
      size_t input = 0;
      for (; index[axis] >= inputs[input].shape()[axis]; ++input) index[axis] -= inputs[input].shape()[axis];
      ASSERT_EQ(y.elements<float>()[i], inputs[input].elements<float>()[ElementAt(index, inputs[input].shape())]);
    }
  }
}

TEST(Cat, TakesEveryType) {
  EXPECT_THAT(
      RunOne<CatOp>({0}, {Tensor::Of<bool>({1}, {true}), Tensor::Of<bool>({2}, {false, true})}).elements<bool>(),
      ElementsAre(true, false, true));
  EXPECT_THAT(RunOne<CatOp>({1}, {Tensor::Of<int64_t>({2, 1}, {1, 2}), Tensor::Of<int64_t>({2, 1}, {3, 4})})
                  .elements<int64_t>(),
              ElementsAre(1, 3, 2, 4));
}

TEST(Cat, PassesOverEmptyVectorsAsTorchDoes) {
  const Tensor empty = Tensor::Of<float>({0}, {});
  const Tensor y = RunOne<CatOp>({1}, {empty, Tensor::Of<float>({1, 2}, {1, 2}), empty});
  EXPECT_EQ(y.shape(), (Shape{1, 2}));
  EXPECT_THAT(y.elements<float>(), ElementsAre(1, 2));
  EXPECT_EQ(RunOne<CatOp>({0}, {empty, empty}).shape(), Shape{0});
}

TEST(Cat, RefusesWhatTorchRefuses) {
  const TensorSpec x = {DType::kFloat32, {2, 3}};
  EXPECT_EQ(Refusal<CatOp>({0}, {}), "torch.cat(): expected a non-empty list of Tensors");
  EXPECT_EQ(Refusal<CatOp>({0}, {x, {DType::kFloat32, {2}}}),
            "Tensors must have same number of dimensions: got 2 and 1");
  EXPECT_EQ(Refusal<CatOp>({0}, {x, x, {DType::kFloat32, {2, 4}}}),
            "Sizes of tensors must match except in dimension 0. Expected size 3 but got size 4 for tensor number 2 in "
            "the list.");
  EXPECT_EQ(Refusal<CatOp>({0}, {{DType::kFloat32, {}}}),
            "zero-dimensional tensor (at position 0) cannot be concatenated");
  EXPECT_EQ(Refusal<CatOp>({2}, {x, x}), "Dimension out of range (expected to be in range of [-2, 1], but got 2)");
}

TEST(Cat, RefusesMoreElementsThanThereAreNumbers) {
  const TensorSpec huge = {DType::kFloat32, {INT64_MAX, 0}};
  EXPECT_EQ(Refusal<CatOp>({0}, {huge, huge}), "cat: the result has too many elements");
}

TEST(Cat, RefusesInputsOfDifferentTypes) {
  EXPECT_EQ(Refusal<CatOp>({0}, {{DType::kFloat32, {2}}, {DType::kBool, {2}}}),
            "cat: the inputs' types differ (got bool, want float32)");
}

}  // namespace
}  // namespace moduled::nn
