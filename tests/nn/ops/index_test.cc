// Indexing with integer tensors, and its reverse.
#include "nn/ops/index.h"

#include "nn/ops/index_add.h"
#include "tests/nn/ops/gradient_check.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

// Integers from -extent to extent - 1.
Tensor Indices(Random& random, const Shape& shape, int64_t extent) {
  return random.ATensor<int64_t>(shape, static_cast<double>(-extent), static_cast<double>(extent - 1));
}

TEST(Index, TakesWhatTheIndicesMeanForRandomShapes) {
  Random random;
  for (int round = 0; round < 50; ++round) {
    const Tensor x = random.ATensor<float>(random.AShape(4, 1, 4));
    const int64_t axis = random.Int(0, 2);
    const Shape among = random.AShape(static_cast<size_t>(random.Int(0, 2)), 0, 3);
    const Tensor i = Indices(random, among, x.shape()[axis]), j = Indices(random, among, x.shape()[axis + 1]);
    const Tensor y = RunOne<IndexOp>({.axis = axis}, {x, i, j});
    ASSERT_EQ(y.rank(), 2 + among.rank());
    for (int64_t e = 0; e < y.numel(); ++e) {
      const std::vector<int64_t> at = IndexOf(e, y.shape());
      const std::vector<int64_t> index(at.begin() + axis, at.begin() + axis + static_cast<int64_t>(among.rank()));
      const int64_t k = ElementAt(index, among);
      const auto wrapped = [&](const Tensor& indices, int64_t extent) {
        return (indices.elements<int64_t>()[k] + extent) % extent;
      };
      std::vector<int64_t> from(at.begin(), at.begin() + axis);
      from.push_back(wrapped(i, x.shape()[axis]));
      from.push_back(wrapped(j, x.shape()[axis + 1]));
      from.insert(from.end(), at.begin() + axis + static_cast<int64_t>(among.rank()), at.end());
      ASSERT_EQ(y.elements<float>()[e], x.elements<float>()[ElementAt(from, x.shape())]) << "at element " << e;
    }
  }
}

TEST(Index, FailsTheRunAtAnIndexThatIsOutOfBounds) {
  const Tensor x = Tensor::Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto run = [&](int64_t index) {
    return std::string(RunOp<IndexOp>({.axis = 1}, {x, Tensor::Of<int64_t>({1}, {index})}).status().message());
  };
  EXPECT_EQ(run(3), "index 3 is out of bounds for dimension 1 with size 3");
  EXPECT_EQ(run(-4), "index -4 is out of bounds for dimension 1 with size 3");
}

TEST(Index, RefusesIndicesThatAreNone) {
  const TensorSpec x{DType::kFloat32, {2, 3}}, i{DType::kInt64, {4}};
  EXPECT_EQ(Refusal<IndexOp>({.axis = 1}, {x, i, i}), "too many indices for tensor of dimension 2");
  EXPECT_EQ(Refusal<IndexOp>({.axis = -1}, {x, i}), "too many indices for tensor of dimension 2");
  EXPECT_EQ(Refusal<IndexOp>({}, {x, {DType::kFloat32, {4}}}),
            "tensors used as indices must be long, byte or bool tensors");
  EXPECT_EQ(Refusal<IndexOp>({}, {x, i, {DType::kInt64, {1}}}),
            "index: the shapes of the indices differ (got [1] and [4])");
}

TEST(Index, AddsTheGradientsOfAnElementThatIsTakenTwice) {
  Random random;
  const Tensor rows = Tensor::Of<int64_t>({2, 2}, {0, -1, 2, 0}), columns = Tensor::Of<int64_t>({2, 2}, {1, 1, 0, 1});
  ExpectGradient<IndexOp>({.axis = 1}, {random.ATensor<double>({2, 3, 2, 2}), rows, columns});
}

TEST(IndexAdd, AddsIntoZeros) {
  const Tensor x = Tensor::Of<double>({3, 2}, {1, 2, 3, 4, 5, 6});
  const Tensor y = RunOne<IndexAddOp>({.axis = 0, .shape = {4, 2}}, {x, Tensor::Of<int64_t>({3}, {1, -1, 1})});
  ExpectClose(y, {0, 0, 6, 8, 0, 0, 3, 4}, 0);
}

TEST(IndexAdd, RefusesASourceOfAnotherShape) {
  const TensorSpec i{DType::kInt64, {3}};
  EXPECT_EQ(Refusal<IndexAddOp>({.axis = 0, .shape = {4, 2}}, {{DType::kFloat32, {3, 3}}, i}),
            "index_add: wrong shape of the source (got [3, 3], want [3, 2])");
  EXPECT_EQ(Refusal<IndexAddOp>({.axis = 0, .shape = {4}}, {{DType::kBool, {3}}, i}),
            "\"index_add_cpu_\" not implemented for 'Bool'");
}

}  // namespace
}  // namespace moduled::nn
