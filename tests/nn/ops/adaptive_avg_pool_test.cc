#include "nn/ops/adaptive_avg_pool.h"

#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;

// Whether part `part` of `parts` of an axis of `n` has element i: [floor(part n / parts), ceil((part + 1) n / parts)).
bool Has(int64_t part, int64_t parts, int64_t n, int64_t i) {
  return i >= part * n / parts && i * parts < (part + 1) * n;
}

std::vector<double> Pool(const Tensor& x, const Shape& y) {
  const std::vector<double> elements = Doubles(x);
  std::vector<double> means;
  for (int64_t element = 0; element < y.numel(); ++element) {
    const std::vector<int64_t> at = IndexOf(element, y);
    double sum = 0;
    double count = 0;
    for (int64_t i = 0; i < x.numel(); ++i) {
      const std::vector<int64_t> from = IndexOf(i, x.shape());
      bool seen = from[0] == at[0] && from[1] == at[1];
      for (size_t axis = 2; axis < at.size(); ++axis) seen &= Has(at[axis], y[axis], x.shape()[axis], from[axis]);
      sum += seen ? elements[i] : 0;
      count += seen ? 1 : 0;
    }
    means.push_back(sum / count);
  }
  return means;
}

template <class T>
void ExpectRight(Random& random, double tolerance) {
  const auto axes = static_cast<size_t>(random.Int(1, 3));
  Shape x = random.AShape(2, 1, 2);
  Shape y = x;
  AdaptiveAvgPoolOp::Attrs attrs;
  for (size_t i = 0; i < axes; ++i) {
    x.push_back(random.Int(1, axes == 1 ? 60 : 8));
    attrs.output_size.push_back(random.Int(1, 6));
    y.push_back(attrs.output_size.back());
  }
  SCOPED_TRACE(x.ToString() + " to " + y.ToString());
  const Tensor in = random.ATensor<T>(x);
  const Tensor out = RunOne<AdaptiveAvgPoolOp>(attrs, {in});
  EXPECT_EQ(out.shape(), y);
  ExpectClose(out, Pool(in, y), tolerance);
}

TEST(AdaptiveAvgPool, AveragesTheParts) {
  Random random;
  for (int i = 0; i < 40; ++i) {
    ExpectRight<float>(random, 1e-6);
    ExpectRight<double>(random, 1e-13);
  }
}

TEST(AdaptiveAvgPool, AveragesAWholePlane) {
  Random random;
  const Tensor x = random.ATensor<float>({2, 5, 7, 9});
  ExpectClose(RunOne<AdaptiveAvgPoolOp>({{1, 1}}, {x}), Pool(x, {2, 5, 1, 1}), 1e-6);
}

TEST(AdaptiveAvgPool, MayHaveNoOutput) {
  const Tensor x = *Tensor::Zeros({DType::kFloat32, {1, 1, 4, 4}});
  EXPECT_EQ(RunOne<AdaptiveAvgPoolOp>({{0, 2}}, {x}).shape(), (Shape{1, 1, 0, 2}));
  EXPECT_EQ(RunOne<AdaptiveAvgPoolOp>({{2}}, {Tensor::Of<float>({0, 3, 4}, {})}).shape(), (Shape{0, 3, 2}));
}

TEST(AdaptiveAvgPool, RefusesInTorchsWords) {
  const auto of = [](const AdaptiveAvgPoolOp::Attrs& attrs, const Shape& x, DType dtype = DType::kFloat32) {
    return Refusal<AdaptiveAvgPoolOp>(attrs, {{dtype, x}});
  };
  EXPECT_EQ(of({{2, 2}}, {4, 4}), "adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got [4, 4]");
  EXPECT_EQ(
      of({{2, 2}}, {1, 1, 0, 4}),
      "adaptive_avg_pool2d(): Expected input to have non-zero size for non-batch dimensions, but input has sizes [1, "
      "1, 0, 4] with dimension 2 being empty");
  EXPECT_EQ(of({{-1, -1}}, {1, 1, 4, 4}),
            "adaptive_avg_pool2d: elements of output_size must be greater than or equal to 0 but received {-1, -1}");
  EXPECT_EQ(of({{2, 2}}, {1, 1, 4, 4}, DType::kInt64), "\"adaptive_avg_pool2d\" not implemented for 'Long'");
  EXPECT_EQ(of({{int64_t{1} << 40, int64_t{1} << 40}}, {1, 1, 4, 4}).substr(0, 15), "shape: too many");
}

}  // namespace
}  // namespace moduled::nn
