#include "nn/ops/convolution.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "nn/graph/pack_cache.h"
#include "nn/ops/convolution/problem.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using Attrs = ConvolutionOp::Attrs;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// Of as many axes as the numbers say.
Attrs Plain(size_t axes) {
  return {std::vector<int64_t>(axes, 1), std::vector<int64_t>(axes, 0), std::vector<int64_t>(axes, 0),
          std::vector<int64_t>(axes, 1), 1};
}

// The formula, element by element of the output and of the filter.
std::vector<double> Convolve(const Attrs& attrs, const std::vector<Tensor>& in, const Shape& y_shape) {
  const Shape& x_shape = in[0].shape();
  const Shape& w_shape = in[1].shape();
  const std::vector<double> x = Doubles(in[0]);
  const std::vector<double> weight = Doubles(in[1]);
  const int64_t filter = w_shape.numel(1, w_shape.rank());
  const int64_t channels_of_group = w_shape[0] / attrs.groups;
  std::vector<double> y;
  for (int64_t element = 0; element < y_shape.numel(); ++element) {
    const std::vector<int64_t> at = IndexOf(element, y_shape);
    double sum = in.size() == 3 ? Doubles(in[2])[at[1]] : 0;
    for (int64_t f = 0; f < filter; ++f) {
      std::vector<int64_t> from = IndexOf(at[1] * filter + f, w_shape);  // [o, c, k...], made into [n, c, p...].
      const double factor = weight[at[1] * filter + f];
      from[0] = at[0];
      from[1] += at[1] / channels_of_group * w_shape[1];
      bool inside = true;
      for (size_t i = 0; i + 2 < from.size(); ++i) {
        from[i + 2] = at[i + 2] * attrs.stride[i] + from[i + 2] * attrs.dilation[i] - attrs.padding_begin[i];
        inside = inside && from[i + 2] >= 0 && from[i + 2] < x_shape[i + 2];
      }
      if (inside) sum += factor * x[ElementAt(from, x_shape)];
    }
    y.push_back(sum);
  }
  return y;
}

struct Case {
  Attrs attrs;
  std::vector<Tensor> in;
};

// A convolution that has an output.
template <class T>
Case ACase(Random& random) {
  const auto axes = static_cast<size_t>(random.Int(1, 3));
  Case c{Plain(axes), {}};
  c.attrs.groups = random.Int(1, 3);
  const int64_t group_in = random.Int(1, 5);
  Shape x = {random.Int(1, 3), c.attrs.groups * group_in};
  Shape weight = {c.attrs.groups * random.Int(1, 9), group_in};
  for (size_t i = 0; i < axes; ++i) {
    weight.push_back(random.Int(1, 4));
    c.attrs.stride[i] = random.Int(1, 3);
    c.attrs.dilation[i] = random.Int(1, 3);
    c.attrs.padding_begin[i] = random.Int(0, 3);
    c.attrs.padding_end[i] = random.Int(0, 3);
    const int64_t extent = (weight[i + 2] - 1) * c.attrs.dilation[i] + 1;
    const int64_t least = extent - c.attrs.padding_begin[i] - c.attrs.padding_end[i];
    x.push_back(std::max<int64_t>(1, least + random.Int(0, 8)));
  }
  c.in = {random.ATensor<T>(x, -1, 1), random.ATensor<T>(weight, -1, 1)};
  if (random.Int(0, 1) == 1) c.in.push_back(random.ATensor<T>({weight[0]}, -1, 1));
  return c;
}

std::string Describe(const Case& c) {
  std::string text = absl::StrCat("groups ", c.attrs.groups);
  for (const Tensor& tensor : c.in) absl::StrAppend(&text, " ", tensor.spec().ToString());
  return text;
}

std::vector<TensorSpec> SpecsOf(const std::vector<Tensor>& tensors) {
  std::vector<TensorSpec> specs;
  for (const Tensor& tensor : tensors) specs.push_back(tensor.spec());
  return specs;
}

// Runs each candidate that takes the case, and says which did.
std::vector<std::string> ExpectEveryCandidateRight(const Case& c, double tolerance) {
  SCOPED_TRACE(Describe(c));
  const std::vector<TensorSpec> in = SpecsOf(c.in);
  const std::vector<TensorSpec> out = *ConvolutionOp::Infer(c.attrs, in);
  const std::vector<double> want = Convolve(c.attrs, c.in, out[0].shape);
  std::vector<const void*> data;
  for (const Tensor& tensor : c.in) data.push_back(tensor.data());
  std::vector<std::string> takers;
  for (const auto& candidate : ConvolutionCandidates()) {
    SCOPED_TRACE(std::string(candidate.name));
    const std::vector<const KnownInput*> constants(in.size(), nullptr);
    const auto kernel = candidate.make(MakeConvolutionProblem(c.attrs, in, out[0]), {in, out, constants});
    if (absl::IsUnimplemented(kernel.status())) continue;
    EXPECT_EQ(kernel.status(), absl::OkStatus());
    if (!kernel.ok()) continue;
    std::vector<Tensor> y = {run_op::Guarded(out[0])};
    EXPECT_EQ(run_op::RunKernel(**kernel, data, y), absl::OkStatus());
    ExpectClose(y[0], want, tolerance);
    takers.emplace_back(candidate.name);
  }
  return takers;
}

TEST(Convolution, FollowsTheFormulaInEveryKernel) {
  Random random;
  for (int i = 0; i < 60; ++i) {
    EXPECT_THAT(ExpectEveryCandidateRight(ACase<float>(random), 1e-5),
                ElementsAre("onednn_direct", "im2col", "reference"));
    EXPECT_THAT(ExpectEveryCandidateRight(ACase<double>(random), 1e-13), ElementsAre("im2col", "reference"));
  }
}

TEST(Convolution, FollowsTheFormulaWhereOneBlockOfColumnsIsNotEnough) {
  Random random;
  Case c{Plain(2), {random.ATensor<double>({2, 40, 25, 31}, -1, 1), random.ATensor<double>({6, 40, 5, 5}, -1, 1)}};
  c.attrs.padding_begin = {2, 2};
  c.attrs.padding_end = {2, 2};
  ExpectEveryCandidateRight(c, 1e-12);
}

TEST(Convolution, ReadsTheInputAsItIsForAKernelOfOneElement) {
  Random random;
  Case c{Plain(2), {random.ATensor<double>({2, 6, 5, 7}), random.ATensor<double>({4, 3, 1, 1})}};
  c.attrs.groups = 2;
  ExpectEveryCandidateRight(c, 1e-13);
  const std::vector<TensorSpec> in = SpecsOf(c.in);
  const std::vector<TensorSpec> out = *ConvolutionOp::Infer(c.attrs, in);
  const std::vector<const KnownInput*> constants(2, nullptr);
  const auto kernel = *ConvolutionOp::MakeKernel(c.attrs, {in, out, constants});
  EXPECT_EQ(kernel->algorithm(), "openblas_gemm");
  EXPECT_EQ(kernel->scratch_bytes(), 0);
}

TEST(Convolution, GivesTheSameWithWeightsThatArePackedAhead) {
  Random random;
  for (int i = 0; i < 20; ++i) {
    const Case c = ACase<float>(random);
    SCOPED_TRACE(Describe(c));
    const Tensor y = RunOne<ConvolutionOp>(c.attrs, c.in);
    const std::vector<double> want = Doubles(y);
    PackCache packs;
    ExpectClose(RunOne<ConvolutionOp>(c.attrs, c.in, {.first_constant = 1}), want, 1e-6);
    ExpectClose(RunOne<ConvolutionOp>(c.attrs, c.in, {.first_constant = 1, .packs = &packs}), want, 1e-6);
    ExpectClose(RunOne<ConvolutionOp>(c.attrs, c.in, {.first_constant = 1, .threads = 2}), want, 1e-6);
  }
}

TEST(Convolution, TakesNumbersThatDoNotFitInto32Bits) {
  constexpr int64_t kLarge = (int64_t{1} << 32) + 1;
  const std::vector<Tensor> in = {Tensor::Of<float>({1, 1, 4}, {1, 2, 3, 4}), Tensor::Of<float>({1, 1, 2}, {1, 10})};
  const std::vector<std::string> all_but_onednn = {"im2col", "reference"};
  Attrs attrs = Plain(1);
  attrs.stride = {kLarge};
  EXPECT_EQ(ExpectEveryCandidateRight({attrs, in}, 0), all_but_onednn);
  attrs.dilation = {kLarge};
  attrs.padding_end = {kLarge};
  EXPECT_EQ(ExpectEveryCandidateRight({attrs, in}, 0), all_but_onednn);
  attrs.padding_begin = {kLarge};
  EXPECT_EQ(ExpectEveryCandidateRight({attrs, in}, 0), all_but_onednn);
}

TEST(Convolution, TakesBatchesWithoutElements) {
  EXPECT_EQ(RunOne<ConvolutionOp>(
                Plain(2), {Tensor::Of<float>({0, 1, 3, 3}, {}), *Tensor::Zeros({DType::kFloat32, {2, 1, 2, 2}})})
                .shape(),
            (Shape{0, 2, 2, 2}));
}

TEST(Convolution, IsTheBiasWhereThereAreNoInputChannels) {
  const Tensor y = RunOne<ConvolutionOp>(
      Plain(1), {Tensor::Of<float>({1, 0, 3}, {}), Tensor::Of<float>({2, 0, 2}, {}), Tensor::Of<float>({2}, {3, 4})});
  EXPECT_THAT(y.elements<float>(), ElementsAre(3, 3, 4, 4));
}

TEST(Convolution, KeepsNaNsOfTheInput) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor y = RunOne<ConvolutionOp>(
      Plain(1), {Tensor::Of<float>({1, 1, 4}, {1, 2, 3, nan}), Tensor::Of<float>({1, 1, 2}, {0, 1})});
  EXPECT_THAT(y.elements<float>(), ElementsAre(2, 3, testing::IsNan()));
}

TEST(ConvolutionCandidates, SayWhyTheyRefuse) {
  Random random;
  const Case c = ACase<double>(random);
  const std::vector<TensorSpec> in = SpecsOf(c.in);
  const std::vector<TensorSpec> out = *ConvolutionOp::Infer(c.attrs, in);
  const std::vector<const KnownInput*> constants(in.size(), nullptr);
  std::vector<std::string> refusals;
  ASSERT_TRUE(MakeFirstKernel("convolution", ConvolutionCandidates(), MakeConvolutionProblem(c.attrs, in, out[0]),
                              {in, out, constants}, &refusals)
                  .ok());
  EXPECT_THAT(refusals, ElementsAre("onednn_direct: float32 only"));
}

std::string RefusalOf(const Attrs& attrs, std::vector<Shape> shapes) {
  std::vector<TensorSpec> in;
  for (Shape& shape : shapes) in.push_back({DType::kFloat32, std::move(shape)});
  return Refusal<ConvolutionOp>(attrs, in);
}

TEST(ConvolutionShapes, AreTorchs) {
  Attrs attrs = {{2, 1}, {1, 2}, {1, 3}, {2, 1}, 2};
  const auto out = *ConvolutionOp::Infer(
      attrs, std::vector<TensorSpec>{{DType::kFloat64, {3, 4, 9, 8}}, {DType::kFloat64, {6, 2, 3, 3}}});
  EXPECT_EQ(out[0], (TensorSpec{DType::kFloat64, {3, 6, 4, 11}}));
}

TEST(ConvolutionShapes, AreRefusedInTorchsWords) {
  EXPECT_EQ(RefusalOf(Plain(2), {{2, 3}, {4, 3, 1, 1}}),
            "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [2, 3]");
  EXPECT_EQ(RefusalOf(Plain(2), {{1, 4, 5, 5}, {8, 3, 3, 3}}),
            "Given groups=1, weight of size [8, 3, 3, 3], expected input[1, 4, 5, 5] to have 3 channels, but got 4 "
            "channels instead");
  EXPECT_EQ(
      RefusalOf(Plain(2), {{1, 3, 5, 5}, {8, 3, 3, 3}, {7}}),
      "Given weight of size [8, 3, 3, 3], expected bias to be 1-dimensional with 8 elements, but got bias of size "
      "[7] instead");
  EXPECT_EQ(
      RefusalOf(Plain(2), {{1, 3, 2, 2}, {8, 3, 3, 3}}),
      "Calculated padded input size per channel: (2 x 2). Kernel size: (3 x 3). Kernel size can't be greater than "
      "actual input size");
  EXPECT_EQ(RefusalOf(Plain(2), {{1, 3, 0, 5}, {8, 3, 1, 3}}),
            "Only zero batch or zero channel inputs are supported, but got input shape: [1, 3, 0, 5]");
  EXPECT_THAT(RefusalOf(Plain(2), {{1, 3, 4, 5}, {8, 3, 0, 3}}), StartsWith("kernel size should be greater than zero"));
  EXPECT_THAT(RefusalOf(Plain(2), {{1, 3}, {8, 3}}), HasSubstr("got 2, want 3 to 5"));
}

TEST(ConvolutionShapes, RefuseGroupsThatDoNotDivideTheChannels) {
  Attrs attrs = Plain(2);
  attrs.groups = 2;
  EXPECT_EQ(
      RefusalOf(attrs, {{1, 4, 5, 5}, {3, 2, 3, 3}}),
      "Given groups=2, expected weight to be divisible by 2 at dimension 0, but got weight of size [[3, 2, 3, 3]] "
      "instead");
  EXPECT_EQ(RefusalOf(attrs, {{1, 4, 5, 5}, {1, 2, 3, 3}}),
            "Given groups=2, expected weight to be at least 2 at dimension 0, but got weight of size [1, 2, 3, 3] "
            "instead");
  attrs.groups = 0;
  EXPECT_EQ(RefusalOf(attrs, {{1, 4, 5, 5}, {1, 2, 3, 3}}), "non-positive groups is not supported");
}

TEST(ConvolutionShapes, RefuseAttributesThatMakeNoSense) {
  const std::vector<Shape> shapes = {{1, 3, 5, 5}, {8, 3, 3, 3}};
  Attrs attrs = Plain(2);
  attrs.stride = {1, 0};
  EXPECT_EQ(RefusalOf(attrs, shapes), "non-positive stride is not supported");
  attrs.stride = {1, 1, 1};
  EXPECT_EQ(
      RefusalOf(attrs, shapes),
      "expected stride to be a single integer value or a list of 2 values to match the convolution dimensions, but "
      "got stride=[1, 1, 1]");
  attrs = Plain(2);
  attrs.padding_end = {0, -1};
  EXPECT_EQ(RefusalOf(attrs, shapes), "negative padding is not supported");
  attrs = Plain(2);
  attrs.dilation = {0, 0};
  EXPECT_EQ(RefusalOf(attrs, shapes), "dilation should be greater than zero, but got [0, 0]");
}

TEST(ConvolutionShapes, RefuseNumbersThatOverflow) {
  constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();
  const std::vector<Shape> shapes = {{1, 1, 5}, {1, 1, 3}};
  for (auto member : {&Attrs::stride, &Attrs::padding_begin, &Attrs::padding_end, &Attrs::dilation}) {
    Attrs attrs = Plain(1);
    attrs.*member = {kHuge};
    EXPECT_THAT(RefusalOf(attrs, shapes), HasSubstr("too large"));
  }
  Attrs attrs = Plain(1);
  attrs.padding_begin = {kHuge / 2};
  EXPECT_THAT(RefusalOf(attrs, shapes), HasSubstr("too many bytes"));
}

TEST(ConvolutionTypes, AreRefusedInTorchsWords) {
  const auto of = [](DType x, DType weight) {
    return Refusal<ConvolutionOp>(Plain(1), {{x, {1, 1, 5}}, {weight, {1, 1, 3}}});
  };
  EXPECT_EQ(of(DType::kFloat16, DType::kFloat16), "\"slow_conv2d_cpu\" not implemented for 'Half'");
  EXPECT_EQ(of(DType::kFloat32, DType::kFloat64), "Input type (float32) and weight type (float64) should be the same");
  EXPECT_THAT(Refusal<ConvolutionOp>(Plain(1), {{DType::kFloat32, {1, 1, 5}}}), HasSubstr("got 1, want 2 or 3"));
}

}  // namespace
}  // namespace moduled::nn
