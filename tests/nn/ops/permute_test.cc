#include "nn/ops/permute.h"

#include <numeric>

#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

template <class T>
void ExpectPermutes(const Tensor& x, const std::vector<int64_t>& axes) {
  const Tensor y = RunOne<PermuteOp>({axes}, {x});
  ASSERT_EQ(y.rank(), axes.size());
  for (size_t axis = 0; axis < axes.size(); ++axis) ASSERT_EQ(y.shape()[axis], x.shape()[axes[axis]]);
  for (int64_t i = 0; i < y.numel(); ++i) {
    const std::vector<int64_t> index = IndexOf(i, y.shape());
    std::vector<int64_t> source(axes.size());
    for (size_t axis = 0; axis < axes.size(); ++axis) source[axes[axis]] = index[axis];
    ASSERT_EQ(y.elements<T>()[i], x.elements<T>()[ElementAt(source, x.shape())]) << "at element " << i;
  }
}

TEST(Permute, MovesEveryElementOfRandomShapes) {
  Random random;
  for (int round = 0; round < 100; ++round) {
    const auto rank = static_cast<size_t>(random.Int(0, 6));
    const Tensor x = random.ATensor<float>(random.AShape(rank, 1, 5));
    std::vector<int64_t> axes(rank);
    std::iota(axes.begin(), axes.end(), 0);
    for (size_t i = rank; i > 1; --i) std::swap(axes[i - 1], axes[random.Int(0, static_cast<int64_t>(i) - 1)]);
    ExpectPermutes<float>(x, axes);
  }
}

TEST(Permute, MovesElementsOfEverySize) {
  Random random;
  ExpectPermutes<int8_t>(random.ATensor<int8_t>({3, 40, 35}), {0, 2, 1});
  ExpectPermutes<float>(random.ATensor<float>({3, 40, 35}), {2, 0, 1});
  ExpectPermutes<double>(random.ATensor<double>({3, 40, 35}), {1, 2, 0});
  const std::vector<int64_t> axes = {1, 0};
  const Tensor halves = *Tensor::FromBytes({DType::kFloat16, {2, 2}}, std::string("aabbccdd"));
  const Tensor y = RunOne<PermuteOp>({axes}, {halves});
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(y.data()), 8), "aaccbbdd");
}

TEST(Permute, TakesTensorsWithoutElements) {
  EXPECT_EQ(RunOne<PermuteOp>({{2, 0, 1}}, {Tensor::Of<float>({2, 0, 3}, {})}).shape(), (Shape{3, 2, 0}));
}

TEST(Permute, RefusesWhatTorchRefuses) {
  const TensorSpec x = {DType::kFloat32, {2, 3}};
  EXPECT_EQ(Refusal<PermuteOp>({{0, 1, 2}}, {x}),
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            "ordering of dimensions i.e. input.dim() = 2 is not equal to len(dims) = 3");
  EXPECT_EQ(Refusal<PermuteOp>({{0, 0}}, {x}), "permute(): duplicate dims are not allowed.");
  EXPECT_EQ(Refusal<PermuteOp>({{0, 4}}, {x}),
            "Dimension out of range (expected to be in range of [-2, 1], but got 4)");
}

}  // namespace
}  // namespace moduled::nn
