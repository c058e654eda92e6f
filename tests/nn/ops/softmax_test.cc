#include "nn/ops/softmax.h"

#include <limits>

#include "nn/ops/log_softmax.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::FloatEq;
using testing::IsNan;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

std::vector<double> LogSoftmax(const Tensor& x, int64_t axis) {
  std::vector<double> elements = Doubles(x);
  const Shape& shape = x.shape();
  const int64_t n = shape.empty() ? 1 : shape[axis];
  const int64_t inner = shape.empty() ? 1 : shape.numel(axis + 1, shape.rank());
  for (int64_t first = 0; first < x.numel(); ++first) {
    if (first / inner % n != 0) continue;
    double greatest = elements[first];
    for (int64_t i = 0; i < n; ++i) greatest = std::max(greatest, elements[first + i * inner]);
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += std::exp(elements[first + i * inner] - greatest);
    for (int64_t i = 0; i < n; ++i) elements[first + i * inner] -= greatest + std::log(sum);
  }
  return elements;
}

template <class T>
void ExpectBoth(const Shape& shape, int64_t axis, double tolerance) {
  SCOPED_TRACE(shape.ToString() + " along " + std::to_string(axis));
  Random random;
  const Tensor x = random.ATensor<T>(shape, -20, 20);
  std::vector<double> want = LogSoftmax(x, axis);
  ExpectClose(RunOne<LogSoftmaxOp>({axis}, {x}), want, tolerance);
  for (double& element : want) element = std::exp(element);
  ExpectClose(RunOne<SoftmaxOp>({axis}, {x}), want, tolerance);
}

TEST(Softmax, FollowsTheFormulaAlongEveryAxis) {
  for (int64_t axis = 0; axis < 4; ++axis) {
    ExpectBoth<float>({2, 10, 3, 300}, axis, 2e-6);
    ExpectBoth<double>({2, 10, 3, 300}, axis, 1e-13);
  }
  for (int64_t n : {1, 2, 15, 16, 17, 1000}) ExpectBoth<float>({3, n}, 1, 2e-6);
  ExpectBoth<float>({}, 0, 0);
}

TEST(Softmax, TakesTensorsWithoutElements) {
  EXPECT_EQ(RunOne<SoftmaxOp>({1}, {Tensor::Of<float>({2, 0, 3}, {})}).shape(), (Shape{2, 0, 3}));
  EXPECT_EQ(RunOne<LogSoftmaxOp>({0}, {Tensor::Of<float>({2, 0}, {})}).shape(), (Shape{2, 0}));
}

TEST(Softmax, DoesNotOverflow) {
  const Tensor x = Tensor::Of<float>({3}, {1e30f, 1e30f, -1e30f});
  EXPECT_THAT(RunOne<SoftmaxOp>({0}, {x}).elements<float>(), ElementsAre(0.5f, 0.5f, 0));
  EXPECT_THAT(RunOne<LogSoftmaxOp>({0}, {x}).elements<float>(),
              ElementsAre(FloatEq(-0.693147181f), FloatEq(-0.693147181f), -2e30f));
}

TEST(Softmax, TreatsNaNsAndInfinitiesAsTorchDoes) {
  for (int64_t axis : {0, 1}) {
    const Shape shape = axis == 0 ? Shape{3, 2} : Shape{2, 3};
    const auto of = [&](float a, float b, float c) {
      return Tensor::Of<float>(shape,
                               axis == 0 ? std::vector<float>{a, a, b, b, c, c} : std::vector<float>{a, b, c, a, b, c});
    };
    EXPECT_THAT(RunOne<SoftmaxOp>({axis}, {of(1, kNaN, 2)}).elements<float>(), Each(IsNan()));
    EXPECT_THAT(RunOne<SoftmaxOp>({axis}, {of(1, kInfinity, 2)}).elements<float>(), testing::Contains(IsNan()));
    EXPECT_THAT(RunOne<SoftmaxOp>({axis}, {of(-kInfinity, -kInfinity, -kInfinity)}).elements<float>(), Each(IsNan()));
    EXPECT_THAT(RunOne<LogSoftmaxOp>({axis}, {of(1, kNaN, 2)}).elements<float>(), Each(IsNan()));
  }
  EXPECT_THAT(RunOne<SoftmaxOp>({0}, {Tensor::Of<float>({2}, {-kInfinity, 3})}).elements<float>(), ElementsAre(0, 1));
}

TEST(Softmax, RefusesWhatTorchRefuses) {
  EXPECT_EQ(Refusal<SoftmaxOp>({5}, {{DType::kFloat32, {2, 3}}}),
            "Dimension out of range (expected to be in range of [-2, 1], but got 5)");
  EXPECT_EQ(Refusal<SoftmaxOp>({1}, {{DType::kFloat16, {2, 3}}}),
            "\"softmax_lastdim_kernel_impl\" not implemented for 'Half'");
  EXPECT_EQ(Refusal<SoftmaxOp>({0}, {{DType::kInt64, {2, 3}}}), "\"softmax_kernel_impl\" not implemented for 'Long'");
  EXPECT_EQ(Refusal<LogSoftmaxOp>({1}, {{DType::kBool, {2, 3}}}),
            "\"log_softmax_lastdim_kernel_impl\" not implemented for 'Bool'");
  EXPECT_EQ(Refusal<LogSoftmaxOp>({0}, {{DType::kBFloat16, {2, 3}}}),
            "\"softmax_kernel_impl\" not implemented for 'BFloat16'");
}

}  // namespace
}  // namespace moduled::nn
