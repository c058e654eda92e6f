#include "nn/ops/expand.h"

#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

TEST(Expand, RepeatsAxesOfRandomShapes) {
  Random random;
  for (int round = 0; round < 50; ++round) {
    const Shape want = random.AShape(static_cast<size_t>(random.Int(0, 5)), 1, 5);
    Shape from(want.extents().subspan(static_cast<size_t>(random.Int(0, static_cast<int64_t>(want.rank())))));
    for (size_t axis = 0; axis < from.rank(); ++axis) {
      if (random.Int(0, 1) == 0) from[axis] = 1;
    }
    SCOPED_TRACE(from.ToString() + " to " + want.ToString());
    const Tensor x = random.ATensor<float>(from);
    const Tensor y = RunOne<ExpandOp>({want}, {x});
    ASSERT_EQ(y.shape(), want);
    for (int64_t i = 0; i < y.numel(); ++i) {
      const std::vector<int64_t> index = IndexOf(i, want);
      std::vector<int64_t> source(index.end() - static_cast<int64_t>(from.rank()), index.end());
      for (size_t axis = 0; axis < source.size(); ++axis) source[axis] = from[axis] == 1 ? 0 : source[axis];
      ASSERT_EQ(y.elements<float>()[i], x.elements<float>()[ElementAt(source, from)]) << "at element " << i;
    }
  }
}

TEST(Expand, MakesNothingOfOne) {
  EXPECT_EQ(RunOne<ExpandOp>({{2, 0}}, {Tensor::Of<bool>({1}, {true})}).shape(), (Shape{2, 0}));
}

TEST(Expand, RefusesWhatTorchRefuses) {
  const TensorSpec x = {DType::kFloat32, {2, 3}};
  EXPECT_EQ(Refusal<ExpandOp>({{2, 4}}, {x}),
            "The expanded size of the tensor (4) must match the existing size (3) at non-singleton dimension 1.  "
            "Target sizes: [2, 4].  Tensor sizes: [2, 3]");
  EXPECT_EQ(Refusal<ExpandOp>({{3}}, {x}),
            "expand(torch.FloatTensor{[2, 3]}, size=[3]): the number of sizes provided (1) must be greater or equal "
            "to the number of dimensions in the tensor (2)");
}

}  // namespace
}  // namespace moduled::nn
