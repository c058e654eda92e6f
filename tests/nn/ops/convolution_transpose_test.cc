#include "nn/ops/convolution_transpose.h"

#include <limits>
#include <random>

#include "absl/strings/str_cat.h"
#include "tests/nn/ops/gradient_check.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using Attrs = ConvolutionTransposeOp::Attrs;
using testing::HasSubstr;

Attrs Plain(size_t axes) {
  return {std::vector<int64_t>(axes, 1), std::vector<int64_t>(axes, 0), std::vector<int64_t>(axes, 0),
          std::vector<int64_t>(axes, 1), 1};
}

struct Case {
  Attrs attrs;
  std::vector<Tensor> in;
};

// The formula: each element of x is spread over y through each tap of its filters.
std::vector<double> Spread(const Case& c, const Shape& y_shape) {
  const Shape& x_shape = c.in[0].shape();
  const Shape& w_shape = c.in[1].shape();
  const std::vector<double> x = Doubles(c.in[0]);
  const std::vector<double> weight = Doubles(c.in[1]);
  std::vector<double> y(y_shape.numel(), 0);
  for (int64_t i = 0; c.in.size() == 3 && i < y_shape.numel(); ++i) y[i] = Doubles(c.in[2])[IndexOf(i, y_shape)[1]];
  const int64_t taps_of_channel = w_shape.numel(1, w_shape.rank());
  for (int64_t element = 0; element < x_shape.numel(); ++element) {
    const std::vector<int64_t> at = IndexOf(element, x_shape);
    for (int64_t f = 0; f < taps_of_channel; ++f) {
      std::vector<int64_t> to = IndexOf(at[1] * taps_of_channel + f, w_shape);  // [c, o, k...], made into [n, o, q...].
      to[0] = at[0];
      to[1] += at[1] / (w_shape[0] / c.attrs.groups) * w_shape[1];
      bool inside = true;
      for (size_t i = 0; i + 2 < to.size(); ++i) {
        to[i + 2] = at[i + 2] * c.attrs.stride[i] + to[i + 2] * c.attrs.dilation[i] - c.attrs.padding[i];
        inside = inside && to[i + 2] >= 0 && to[i + 2] < y_shape[i + 2];
      }
      if (inside) y[ElementAt(to, y_shape)] += x[element] * weight[at[1] * taps_of_channel + f];
    }
  }
  return y;
}

// One that has an output.
template <class T>
Case ACase(Random& random, int64_t most) {
  const auto axes = static_cast<size_t>(random.Int(1, 3));
  Case c{Plain(axes), {}};
  c.attrs.groups = random.Int(1, 3);
  Shape x = {random.Int(1, 2), c.attrs.groups * random.Int(1, most)};
  Shape weight = {x[1], random.Int(1, most)};
  for (size_t i = 0; i < axes; ++i) {
    weight.push_back(random.Int(1, 3));
    x.push_back(random.Int(1, most));
    c.attrs.stride[i] = random.Int(1, 3);
    c.attrs.dilation[i] = random.Int(1, 3);
    c.attrs.output_padding[i] = random.Int(0, std::max(c.attrs.stride[i], c.attrs.dilation[i]) - 1);
    const int64_t uncut = (x[i + 2] - 1) * c.attrs.stride[i] + (weight[i + 2] - 1) * c.attrs.dilation[i] + 1;
    c.attrs.padding[i] = random.Int(0, std::min<int64_t>(3, (uncut + c.attrs.output_padding[i] - 1) / 2));
  }
  c.in = {random.ATensor<T>(x, -1, 1), random.ATensor<T>(weight, -1, 1)};
  if (random.Int(0, 1) == 1) c.in.push_back(random.ATensor<T>({weight[1] * c.attrs.groups}, -1, 1));
  return c;
}

template <class T>
void ExpectRight(const Case& c, double tolerance) {
  SCOPED_TRACE(absl::StrCat("groups ", c.attrs.groups, " ", c.in[0].spec().ToString(), " ", c.in[1].spec().ToString()));
  const auto y = RunOp<ConvolutionTransposeOp>(c.attrs, c.in);
  ASSERT_EQ(y.status(), absl::OkStatus());
  ExpectClose((*y)[0], Spread(c, (*y)[0].shape()), tolerance);
}

absl::Status InferStatus(const Attrs& attrs, const Shape& x, const Shape& weight,
                         std::optional<Shape> bias = std::nullopt) {
  std::vector<TensorSpec> in = {{DType::kFloat32, x}, {DType::kFloat32, weight}};
  if (bias.has_value()) in.push_back({DType::kFloat32, *bias});
  return ConvolutionTransposeOp::Infer(attrs, in).status();
}

TEST(ConvolutionTranspose, FollowsTheFormula) {
  Random random;
  for (int i = 0; i < 60; ++i) {
    ExpectRight<float>(ACase<float>(random, 5), 1e-5);
    ExpectRight<double>(ACase<double>(random, 5), 1e-13);
  }
}

TEST(ConvolutionTranspose, FollowsTheFormulaWhereOneBlockOfColumnsIsNotEnough) {
  Random random;
  Case c{Plain(2), {random.ATensor<double>({2, 6, 25, 31}, -1, 1), random.ATensor<double>({6, 40, 5, 5}, -1, 1)}};
  c.attrs.stride = {2, 1};
  ExpectRight<double>(c, 1e-12);
}

TEST(ConvolutionTranspose, AnswersWhatTorchAnswers) {
  std::vector<double> x(8), weight(16);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i) + 1;
  for (size_t i = 0; i < weight.size(); ++i) weight[i] = static_cast<double>(i) - 7;
  const Attrs attrs = {{2, 2}, {1, 1}, {0, 0}, {1, 1}, 1};
  const auto y = RunOp<ConvolutionTransposeOp>(
      attrs, {Tensor::Of<double>({1, 2, 2, 2}, x), Tensor::Of<double>({2, 2, 2, 2}, weight)});
  ExpectClose((*y)[0], {16, 8, -4, -20, 40, 40, 36, 28}, 0);
}

TEST(ConvolutionTranspose, TakesAnEmptyBatch) {
  const auto y = RunOp<ConvolutionTransposeOp>(
      Plain(2), {*Tensor::Zeros({DType::kFloat32, {0, 4, 5, 5}}), *Tensor::Zeros({DType::kFloat32, {4, 3, 3, 3}})});
  EXPECT_EQ((*y)[0].shape(), (Shape{0, 3, 7, 7}));
}

TEST(ConvolutionTranspose, HasTheGradientThatDifferencesHave) {
  Random random;
  for (int i = 0; i < 25; ++i) {
    const Case c = ACase<double>(random, 3);
    ExpectGradient<ConvolutionTransposeOp>(c.attrs, c.in);
  }
}

TEST(ConvolutionTranspose, HasAGradientWhereOutputPaddingExceedsPadding) {
  Random random;
  const Attrs attrs = {{1, 3}, {0, 1}, {1, 2}, {2, 1}, 1};
  ExpectGradient<ConvolutionTransposeOp>(
      attrs, {random.ATensor<double>({1, 2, 3, 2}), random.ATensor<double>({2, 2, 2, 3}), random.ATensor<double>({2})});
}

TEST(ConvolutionTranspose, HasNoGradientButTheBiassWhereNothingOfTheInputIsSeen) {
  Random random;
  const Attrs attrs = {{3}, {1}, {2}, {1}, 1};
  ExpectGradient<ConvolutionTransposeOp>(
      attrs, {random.ATensor<double>({1, 2, 1}), random.ATensor<double>({2, 2, 1}), random.ATensor<double>({2})});
}

TEST(ConvolutionTranspose, RefusesInTorchsWords) {
  Attrs attrs = Plain(2);
  const Shape x = {1, 4, 5, 5}, weight = {4, 3, 3, 3};
  EXPECT_THAT(InferStatus(attrs, {4, 5}, weight).message(),
              HasSubstr("Expected 3D (unbatched) or 4D (batched) input to conv_transpose2d, but got input of size: "
                        "[4, 5]"));
  EXPECT_THAT(
      InferStatus(attrs, {1, 5, 5, 5}, weight).message(),
      HasSubstr("Given transposed=1, weight of size [4, 3, 3, 3], expected input[1, 5, 5, 5] to have 4 channels, "
                "but got 5 channels instead"));
  EXPECT_THAT(InferStatus(attrs, x, weight, Shape{4}).message(),
              HasSubstr("expected bias to be 1-dimensional with 3 elements, but got bias of size [4] instead"));
  EXPECT_THAT(InferStatus(attrs, {1, 4, 0, 5}, weight).message(),
              HasSubstr("Only zero batch or zero channel inputs are supported, but got input shape: [1, 4, 0, 5]"));
  attrs.groups = 3;
  EXPECT_THAT(InferStatus(attrs, x, weight).message(),
              HasSubstr("Given groups=3, expected weight to be divisible by 3 at dimension 0"));
  attrs.groups = 0;
  EXPECT_THAT(InferStatus(attrs, x, weight).message(), HasSubstr("non-positive groups is not supported"));
  attrs = Plain(2);
  attrs.padding = {4, 40};
  EXPECT_EQ(InferStatus(attrs, x, weight).message(),
            "Given input size per channel: (5 x 5). Calculated output size per channel: (-1 x -73). Output size is too "
            "small");
  attrs = Plain(1);
  attrs.output_padding = {1};
  EXPECT_EQ(InferStatus(attrs, {1, 4, 5}, {4, 6, 3}).message(),
            "output padding must be smaller than either stride or dilation, but got output_padding_height: 0 "
            "output_padding_width: 1 stride_height: 1 stride_width: 1 dilation_height: 1 dilation_width: 1");
  attrs.output_padding = {-1};
  EXPECT_THAT(InferStatus(attrs, {1, 4, 5}, {4, 6, 3}).message(), HasSubstr("negative output_padding"));
  attrs.output_padding = {0, 0};
  EXPECT_THAT(InferStatus(attrs, {1, 4, 5}, {4, 6, 3}).message(),
              HasSubstr("expected output_padding to be a single integer value or a list of 1 values"));
  EXPECT_EQ(ConvolutionTransposeOp::Infer(
                Plain(1), std::vector<TensorSpec>{{DType::kFloat64, {1, 4, 5}}, {DType::kFloat32, {4, 6, 3}}})
                .status()
                .message(),
            "expected scalar type Double but found Float");
}

TEST(ConvolutionTranspose, RefusesNumbersThatDoNotFit) {
  constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();
  for (const auto member : {&Attrs::stride, &Attrs::padding, &Attrs::dilation}) {
    Attrs attrs = Plain(1);
    attrs.*member = {kHuge};
    EXPECT_TRUE(absl::IsInvalidArgument(InferStatus(attrs, {1, 4, 5}, {4, 6, 3})));
    attrs.stride = {kHuge};
    attrs.dilation = {kHuge};
    EXPECT_TRUE(absl::IsInvalidArgument(InferStatus(attrs, {1, 4, 5}, {4, 6, 3})));
  }
  Attrs attrs = Plain(1);
  attrs.groups = int64_t{1} << 62;
  EXPECT_TRUE(absl::IsInvalidArgument(InferStatus(attrs, {1, 4, 5}, {4, 6, 3})));
  attrs = Plain(1);
  attrs.stride = {int64_t{1} << 58};
  EXPECT_TRUE(absl::IsInvalidArgument(InferStatus(attrs, {8, 4, 5}, {4, 6, 3})));
}

}  // namespace
}  // namespace moduled::nn
