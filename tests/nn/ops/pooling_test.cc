// max_pool and avg_pool: both slide windows.
#include <limits>
#include <optional>

#include "nn/ops/avg_pool.h"
#include "nn/ops/max_pool.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsNan;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// What the output element finds in the input, in row-major order: indices into its plane.
std::vector<int64_t> Found(const MaxPoolOp::Attrs& attrs, const std::vector<int64_t>& at, const Shape& x) {
  Shape kernel{absl::Span<const int64_t>(attrs.kernel)};
  Shape plane{x.extents().subspan(2)};
  std::vector<int64_t> found;
  for (int64_t tap = 0; tap < kernel.numel(); ++tap) {
    std::vector<int64_t> position = IndexOf(tap, kernel);
    bool inside = true;
    for (size_t i = 0; i < position.size(); ++i) {
      position[i] = at[i + 2] * attrs.stride[i] + position[i] * attrs.dilation[i] - attrs.padding[i];
      inside = inside && position[i] >= 0 && position[i] < plane[i];
    }
    if (inside) found.push_back(ElementAt(position, plane));
  }
  return found;
}

// Attributes and an input that has an output; each window finds something.
template <class T>
std::pair<MaxPoolOp::Attrs, Tensor> ACase(Random& random, bool dilated) {
  const auto axes = static_cast<size_t>(random.Int(1, 3));
  MaxPoolOp::Attrs attrs;
  Shape x = {random.Int(1, 2), random.Int(1, 3)};
  for (size_t i = 0; i < axes; ++i) {
    attrs.kernel.push_back(random.Int(1, 4));
    attrs.stride.push_back(random.Int(1, 4));
    attrs.dilation.push_back(dilated ? random.Int(1, 2) : 1);
    const int64_t extent = (attrs.kernel[i] - 1) * attrs.dilation[i] + 1;
    attrs.padding.push_back(random.Int(0, extent / 2));
    x.push_back(extent + random.Int(0, 10));
  }
  attrs.ceil_mode = random.Int(0, 1) == 1;
  return {attrs, random.ATensor<T>(x)};
}

template <class T>
void ExpectMaximaRight(Random& random) {
  auto [attrs, x] = ACase<T>(random, true);
  attrs.return_indices = true;
  SCOPED_TRACE(x.spec().ToString());
  const auto out = RunOp<MaxPoolOp>(attrs, {x});
  ASSERT_EQ(out.status(), absl::OkStatus());
  const Shape& shape = (*out)[0].shape();
  const std::vector<double> elements = Doubles(x);
  const int64_t plane = x.shape().numel(2, x.rank());
  std::vector<double> maxima;
  std::vector<double> indices;
  for (int64_t element = 0; element < shape.numel(); ++element) {
    const double* values = elements.data() + element / shape.numel(2, shape.rank()) * plane;
    const std::vector<int64_t> found = Found(attrs, IndexOf(element, shape), x.shape());
    const auto first =
        std::max_element(found.begin(), found.end(), [&](int64_t a, int64_t b) { return values[a] < values[b]; });
    maxima.push_back(values[*first]);
    indices.push_back(static_cast<double>(*first));
  }
  ExpectClose((*out)[0], maxima, 0);
  ExpectClose((*out)[1], indices, 0);
  attrs.return_indices = false;
  ExpectClose(RunOne<MaxPoolOp>(attrs, {x}), maxima, 0);
}

TEST(MaxPool, FindsTheFirstMaximumOfEachWindow) {
  Random random;
  for (int i = 0; i < 60; ++i) {
    ExpectMaximaRight<float>(random);
    ExpectMaximaRight<double>(random);
    ExpectMaximaRight<int8_t>(random);
  }
}

TEST(MaxPool, LetsTheLastNaNWin) {
  const MaxPoolOp::Attrs attrs = {{4}, {4}, {0}, {1}, false, true};
  const auto out = RunOp<MaxPoolOp>(attrs, {Tensor::Of<float>({1, 1, 4}, {1, kNaN, kNaN, 3})});
  ASSERT_EQ(out.status(), absl::OkStatus());
  EXPECT_THAT((*out)[0].elements<float>(), ElementsAre(IsNan()));
  EXPECT_THAT((*out)[1].elements<int64_t>(), ElementsAre(2));
}

TEST(MaxPool, LetsNaNsWinWithoutIndices) {
  std::vector<float> elements(40, kInfinity);
  elements[1] = elements[39] = kNaN;
  const Tensor x = Tensor::Of<float>({1, 1, 40}, elements);
  for (int64_t stride : {1, 2, 3}) {
    const Tensor y = RunOne<MaxPoolOp>({{4}, {stride}, {0}, {1}}, {x});
    for (int64_t o = 0; o < y.numel(); ++o) {
      const bool sees_one = o * stride <= 1 || o * stride + 3 >= 39;
      EXPECT_EQ(std::isnan(y.elements<float>()[o]), sees_one) << "output " << o << ", stride " << stride;
    }
  }
}

TEST(MaxPool, PointsToTheFirstElementOfAWindowOfMinusInfinities) {
  const MaxPoolOp::Attrs attrs = {{2}, {2}, {1}, {1}, false, true};
  const auto out = RunOp<MaxPoolOp>(attrs, {Tensor::Of<float>({1, 1, 4}, std::vector<float>(4, -kInfinity))});
  ASSERT_EQ(out.status(), absl::OkStatus());
  EXPECT_THAT((*out)[0].elements<float>(), ElementsAre(-kInfinity, -kInfinity, -kInfinity));
  EXPECT_THAT((*out)[1].elements<int64_t>(), ElementsAre(0, 1, 3));
}

TEST(MaxPool, LeavesOutALastWindowThatBeginsInThePadding) {
  const auto length = [](int64_t in, int64_t padding) {
    const MaxPoolOp::Attrs attrs = {{2}, {2}, {padding}, {1}, true, false};
    return MaxPoolOp::Infer(attrs, std::vector<TensorSpec>{{DType::kFloat32, {1, 1, in}}})->front().shape[2];
  };
  EXPECT_EQ(length(3, 0), 2);
  EXPECT_EQ(length(3, 1), 2);
  EXPECT_EQ(length(4, 1), 3);
}

TEST(MaxPool, TakesBatchesWithoutElements) {
  EXPECT_EQ(RunOne<MaxPoolOp>({{2}, {2}, {0}, {1}}, {Tensor::Of<float>({0, 3, 4}, {})}).shape(), (Shape{0, 3, 2}));
}

template <class T>
void ExpectMeansRight(Random& random, double tolerance) {
  const auto [window, x] = ACase<T>(random, false);
  AvgPoolOp::Attrs attrs = {window.kernel, window.stride, window.padding, window.ceil_mode, random.Int(0, 1) == 1, {}};
  if (random.Int(0, 3) == 0) attrs.divisor_override = random.Int(1, 7) * (random.Int(0, 1) == 0 ? 1 : -1);
  SCOPED_TRACE(x.spec().ToString());
  const Tensor y = RunOne<AvgPoolOp>(attrs, {x});
  const std::vector<double> elements = Doubles(x);
  const int64_t plane = x.shape().numel(2, x.rank());
  std::vector<double> want;
  for (int64_t element = 0; element < y.numel(); ++element) {
    const std::vector<int64_t> at = IndexOf(element, y.shape());
    const std::vector<int64_t> found = Found(window, at, x.shape());
    double sum = 0;
    for (int64_t i : found) sum += elements[element / y.shape().numel(2, y.rank()) * plane + i];
    int64_t padded = 1;  // Elements of the window in the padded input.
    for (size_t i = 0; i < attrs.kernel.size(); ++i) {
      const int64_t begin = at[i + 2] * attrs.stride[i];
      padded *= std::min(begin + attrs.kernel[i], x.shape()[i + 2] + 2 * attrs.padding[i]) - begin;
    }
    const int64_t counted = attrs.count_include_pad ? padded : static_cast<int64_t>(found.size());
    want.push_back(sum / static_cast<double>(attrs.divisor_override.value_or(counted)));
  }
  ExpectClose(y, want, tolerance);
}

TEST(AvgPool, AveragesEachWindow) {
  Random random;
  for (int i = 0; i < 60; ++i) {
    ExpectMeansRight<float>(random, 1e-6);
    ExpectMeansRight<double>(random, 1e-13);
  }
}

// Otherwise who may choose a kernel size could stop the server.
TEST(Pooling, TakesNoLongerForKernelsThatAreMostlyOverPadding) {
  constexpr int64_t kLarge = int64_t{1} << 50;
  const Tensor x = Tensor::Of<float>({1, 1, 1, 2}, {4, 8});
  const MaxPoolOp::Attrs max = {{kLarge, kLarge}, {kLarge / 2, 1}, {kLarge / 2, kLarge / 2}, {1, 1}, true, true};
  EXPECT_THAT(RunOne<MaxPoolOp>(max, {x}).elements<float>(), ElementsAre(8, 8, 8, 8, 8, 8));
  const AvgPoolOp::Attrs mean = {max.kernel, max.stride, max.padding, true, false, {}};
  EXPECT_THAT(RunOne<AvgPoolOp>(mean, {x}).elements<float>(), ElementsAre(6, 6, 6, 6, 6, 6));
}

TEST(AvgPool, CountsPaddingOrNotAsTorchDoes) {
  const Tensor x = Tensor::Of<float>({1, 1, 3, 3}, std::vector<float>(9, 1));
  const AvgPoolOp::Attrs with = {{2, 2}, {2, 2}, {1, 1}, true, true, {}};
  const AvgPoolOp::Attrs without = {{2, 2}, {2, 2}, {1, 1}, true, false, {}};
  EXPECT_THAT(RunOne<AvgPoolOp>(with, {x}).elements<float>(), ElementsAre(0.25f, 0.5f, 0.5f, 1));
  EXPECT_THAT(RunOne<AvgPoolOp>(without, {x}).elements<float>(), ElementsAre(1, 1, 1, 1));
}

std::string RefusalOf(const MaxPoolOp::Attrs& attrs, const Shape& x, DType dtype = DType::kFloat32) {
  return Refusal<MaxPoolOp>(attrs, {{dtype, x}});
}

TEST(MaxPool, RefusesInputsInTorchsWords) {
  const MaxPoolOp::Attrs attrs = {{2, 2}, {2, 2}, {0, 0}, {1, 1}};
  EXPECT_EQ(RefusalOf(attrs, {4, 4}),
            "Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:[4, 4]");
  EXPECT_EQ(RefusalOf(attrs, {1, 0, 4, 4}),
            "Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:[1, 0, 4, 4]");
  EXPECT_EQ(RefusalOf(attrs, {1, 1, 1, 1}),
            "Given input size: (1x1x1). Calculated output size: (1x0x0). Output size is too small");
  EXPECT_EQ(RefusalOf(attrs, {1, 1, 4, 4}, DType::kBool), "\"max_pool2d\" not implemented for 'Bool'");
}

TEST(MaxPool, RefusesAttributesInTorchsWords) {
  const Shape x = {1, 1, 4, 4};
  EXPECT_EQ(RefusalOf({{2, 2}, {2, 0}, {0, 0}, {1, 1}}, x), "stride should not be zero");
  EXPECT_EQ(RefusalOf({{2, 2}, {2, -1}, {0, 0}, {1, 1}}, x),
            "stride should be greater than zero, but got dH: 2 dW: -1");
  EXPECT_EQ(RefusalOf({{2, 0}, {2, 2}, {0, 0}, {1, 1}}, x),
            "kernel size should be greater than zero, but got kH: 2 kW: 0");
  EXPECT_EQ(RefusalOf({{2, 2}, {2, 2}, {0, 0}, {0, 0}}, x),
            "dilation should be greater than zero, but got dilationH: 0 dilationW: 0");
  EXPECT_EQ(RefusalOf({{2, 2}, {2, 2}, {0, -1}, {1, 1}}, x), "pad must be non-negative, but got pad: -1");
  EXPECT_EQ(RefusalOf({{2, 2}, {2, 2}, {2, 2}, {1, 1}}, x),
            "pad should be at most half of effective kernel size, but got pad=2, kernel_size=2 and dilation=1");
  EXPECT_EQ(RefusalOf({{2, 2}, {2}, {0, 0}, {1, 1}}, x), "max_pool: wrong number of entries of stride (got 1, want 2)");
  EXPECT_EQ(RefusalOf({}, x), "max_pool: wrong number of spatial axes (got 0, want 1 to 3)");
}

TEST(MaxPool, RefusesNumbersThatOverflow) {
  constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();
  EXPECT_THAT(RefusalOf({{kHuge}, {1}, {kHuge / 2}, {1}}, {1, 1, 4}), HasSubstr("too large"));
  EXPECT_THAT(RefusalOf({{2}, {kHuge}, {0}, {1}}, {1, 1, 4}), HasSubstr("too large"));
  EXPECT_THAT(RefusalOf({{2}, {1}, {kHuge / 2}, {kHuge}}, {1, 1, 4}), HasSubstr("too large"));
}

TEST(AvgPool, RefusesInTorchsWords) {
  const auto of = [](const AvgPoolOp::Attrs& attrs, const Shape& x, DType dtype = DType::kFloat32) {
    return Refusal<AvgPoolOp>(attrs, {{dtype, x}});
  };
  EXPECT_EQ(of({{2}, {2}, {0}, false, true, 0}, {1, 1, 4}), "divisor must be not zero");
  EXPECT_EQ(of({{2}, {2}, {0}}, {1, 1, 4}, DType::kInt32), "\"avg_pool2d\" not implemented for 'Int'");
  EXPECT_EQ(of({{2, 2, 2, 2}, {2}, {0}}, {1, 1, 4}), "avg_pool: wrong number of spatial axes (got 4, want 1 to 3)");
}

}  // namespace
}  // namespace moduled::nn
