// Operators that pick elements by index, and those that put them back: adaptive and fractional max pooling, max_unpool
// and what their gradients are made of. Literal values are PyTorch's.
#include <limits>

#include "nn/ops/adaptive_max_pool.h"
#include "nn/ops/fractional_max_pool.h"
#include "nn/ops/gather_planes.h"
#include "nn/ops/max_unpool.h"
#include "nn/ops/scatter_planes.h"
#include "tests/nn/ops/gradient_check.h"
#include "tests/nn/ops/run_op.h"
#include "tests/nn/ops/values.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Whether part `part` of `parts` of an axis of `n` has element i: [floor(part n / parts), ceil((part + 1) n / parts)).
bool Has(int64_t part, int64_t parts, int64_t n, int64_t i) {
  return i >= part * n / parts && i * parts < (part + 1) * n;
}

TEST(AdaptiveMaxPool, FindsTheFirstMaximumOfEachPart) {
  Random random;
  for (int run = 0; run < 40; ++run) {
    const auto axes = static_cast<size_t>(random.Int(1, 3));
    Shape x = random.AShape(2, 1, 2), y = x;
    AdaptiveMaxPoolOp::Attrs attrs;
    for (size_t i = 0; i < axes; ++i) {
      x.push_back(random.Int(1, 7));
      attrs.output_size.push_back(random.Int(1, 5));
      y.push_back(attrs.output_size.back());
    }
    // Few different numbers, so that maxima come more than once.
    const Tensor in = Tensor::Of<double>(x, Doubles(random.ATensor<int64_t>(x, -2, 2)));
    const auto out = RunOp<AdaptiveMaxPoolOp>(attrs, {in});
    ASSERT_EQ(out.status(), absl::OkStatus());
    const std::vector<double> elements = Doubles(in);
    const int64_t plane = x.numel(2, x.rank());
    for (int64_t o = 0; o < y.numel(); ++o) {
      const std::vector<int64_t> at = IndexOf(o, y);
      int64_t first = -1;
      for (int64_t i = 0; i < in.numel(); ++i) {
        const std::vector<int64_t> from = IndexOf(i, x);
        bool seen = from[0] == at[0] && from[1] == at[1];
        for (size_t axis = 2; axis < at.size(); ++axis) seen &= Has(at[axis], y[axis], x[axis], from[axis]);
        if (seen && (first < 0 || elements[i] > elements[first])) first = i;
      }
      EXPECT_EQ(out->at(0).elements<double>()[o], elements[first]);
      EXPECT_EQ(out->at(1).elements<int64_t>()[o], first % plane);
    }
  }
}

TEST(AdaptiveMaxPool, LetsTheLastNaNWinAndPointsToTheFirstOfInfinities) {
  const auto out = RunOp<AdaptiveMaxPoolOp>(
      {{2}}, {Tensor::Of<double>({1, 1, 6}, {kNaN, kNaN, 3, -kInfinity, -kInfinity, -kInfinity})});
  ASSERT_EQ(out.status(), absl::OkStatus());
  EXPECT_THAT(out->at(0).elements<double>(), ElementsAre(testing::IsNan(), -kInfinity));
  EXPECT_THAT(out->at(1).elements<int64_t>(), ElementsAre(1, 3));
}

TEST(AdaptiveMaxPool, MayHaveNoOutput) {
  EXPECT_EQ(RunOne<AdaptiveMaxPoolOp>({{0, 2}}, {*Tensor::Zeros({DType::kFloat32, {1, 1, 4, 4}})}).shape(),
            (Shape{1, 1, 0, 2}));
  EXPECT_EQ(RunOne<AdaptiveMaxPoolOp>({{2}}, {Tensor::Of<float>({0, 3, 4}, {})}).shape(), (Shape{0, 3, 2}));
}

TEST(AdaptiveMaxPool, RefusesInTorchsWords) {
  const auto of = [](const AdaptiveMaxPoolOp::Attrs& attrs, const Shape& x, DType dtype = DType::kFloat32) {
    return Refusal<AdaptiveMaxPoolOp>(attrs, {{dtype, x}});
  };
  EXPECT_EQ(of({{2, 2}}, {2, 0, 4, 4}),
            "adaptive_max_pool2d(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
            "[2, 0, 4, 4] with dimension 1 being empty");
  EXPECT_EQ(of({{2, 2}}, {1, 1, 4, 4}, DType::kInt64), "\"adaptive_max_pool2d\" not implemented for 'Long'");
  EXPECT_THAT(of({{2, 2}}, {4, 4}), HasSubstr("adaptive_max_pool2d(): Expected 3D or 4D tensor, but got"));
}

TEST(AdaptiveMaxPool, HasTheGradientOfItsMaxima) {
  Random random;
  ExpectGradient<AdaptiveMaxPoolOp>({{3, 2}}, {random.ATensor<double>({2, 2, 5, 7})});
}

TEST(FractionalMaxPool, PutsItsWindowsWhereTorchDoes) {
  std::vector<double> ramp(60);
  for (size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<double>(i);
  const auto two = RunOp<FractionalMaxPoolOp>(
      {{2, 2}, {3, 3}},
      {Tensor::Of<double>({1, 1, 5, 6}, {ramp.begin(), ramp.begin() + 30}), Tensor::Of<double>({1, 1, 2}, {0.9, 0.2})});
  ASSERT_EQ(two.status(), absl::OkStatus());
  EXPECT_THAT(two->at(1).elements<int64_t>(), ElementsAre(7, 9, 11, 13, 15, 17, 25, 27, 29));
  const auto three = RunOp<FractionalMaxPoolOp>(
      {{1, 2, 2}, {2, 2, 2}},
      {Tensor::Of<double>({1, 1, 3, 4, 5}, ramp), Tensor::Of<double>({1, 1, 3}, {0.1, 0.6, 0.7})});
  ASSERT_EQ(three.status(), absl::OkStatus());
  EXPECT_THAT(three->at(1).elements<int64_t>(), ElementsAre(6, 9, 16, 19, 46, 49, 56, 59));
}

TEST(FractionalMaxPool, KeepsItsWindowsWithinTheInput) {
  Random random;
  for (int run = 0; run < 40; ++run) {
    const Shape x = {1, 1, random.Int(3, 60)};
    const int64_t kernel = random.Int(1, 3);
    const FractionalMaxPoolOp::Attrs attrs = {{kernel}, {random.Int(1, x[2] - kernel + 1)}};
    const Tensor in = random.ATensor<float>(x);
    for (const float sample : {0.0f, 1.0f, static_cast<float>(random.Real(0, 1))}) {
      const auto out = RunOp<FractionalMaxPoolOp>(attrs, {in, Tensor::Of<float>({1, 1, 1}, {sample})});
      ASSERT_EQ(out.status(), absl::OkStatus());
      for (int64_t o = 0; o < out->at(0).numel(); ++o) {
        const int64_t index = out->at(1).elements<int64_t>()[o];
        ASSERT_TRUE(index >= 0 && index < x[2]) << index;
        EXPECT_EQ(out->at(0).elements<float>()[o], in.elements<float>()[index]);
      }
      EXPECT_GE(out->at(1).elements<int64_t>().back(), x[2] - kernel) << "the last window ends where the input ends";
    }
  }
}

TEST(FractionalMaxPool, RefusesSamplesThatAreNone) {
  const Tensor x = *Tensor::Zeros({DType::kFloat64, {1, 1, 8}});
  for (const double sample : {-0.1, 1.5, kNaN, 1e300}) {
    const auto out = RunOp<FractionalMaxPoolOp>({{2}, {3}}, {x, Tensor::Of<double>({1, 1, 1}, {sample})});
    EXPECT_THAT(std::string(out.status().message()), HasSubstr("_random_samples must be between 0 and 1 (got "));
  }
}

TEST(FractionalMaxPool, RefusesInTorchsWords) {
  const auto of = [](const FractionalMaxPoolOp::Attrs& attrs, const Shape& x, const Shape& samples) {
    return Refusal<FractionalMaxPoolOp>(attrs, {{DType::kFloat32, x}, {DType::kFloat32, samples}});
  };
  const Shape x = {2, 3, 6, 6}, samples = {2, 3, 2};
  EXPECT_EQ(of({{4, 4}, {4, 4}}, x, samples),
            "fractional_max_pool2d(): pool height 4 too large relative to input height 6");
  EXPECT_EQ(of({{4, 4, 4}, {4, 4, 4}}, {2, 3, 6, 6, 6}, {2, 3, 3}),
            "fractional_max_pool3d_out(): pool time 4 too large relative to input time 6");
  EXPECT_EQ(of({{2, 2}, {2, 2}}, {2, 0, 6, 6}, samples),
            "fractional_max_pool2d(): Expected input to have non-zero size for non-batch dimensions, but got[2, 0, 6, "
            "6] with dimension 1 being empty.");
  EXPECT_EQ(of({{2, 2}, {2, 2}}, x, {2, 3}), "Expect _random_samples to have 3 dimensions, got 2");
  EXPECT_EQ(of({{2, 2}, {2, 2}}, x, {1, 3, 2}), "Expect _random_samples.size(0) no less then input batch size.");
  EXPECT_EQ(of({{2, 2}, {2, 2}}, x, {2, 1, 2}), "Expect _random_samples.size(1) equals to input channel size.");
  EXPECT_EQ(of({{2, 2}, {2, 2}}, x, {2, 3, 3}), "Expect _random_samples.size(2) equals to 2; got 3.");
  EXPECT_EQ(of({{2, std::numeric_limits<int64_t>::max()}, {2, 2}}, x, samples).substr(0, 38),
            "fractional_max_pool2d(): pool width 92");
}

TEST(FractionalMaxPool, HasTheGradientOfItsMaxima) {
  Random random;
  ExpectGradient<FractionalMaxPoolOp>({{2, 3}, {3, 2}},
                                      {random.ATensor<double>({2, 2, 6, 7}), random.ATensor<double>({2, 2, 2}, 0, 1)},
                                      {.constant = {1}});
}

TEST(MaxUnpool, PutsElementsWhereTheyCameFrom) {
  const Tensor x = Tensor::Of<float>({1, 2, 2}, {1, 2, 3, 4});
  const Tensor indices = Tensor::Of<int64_t>({1, 2, 2}, {0, 3, 2, 2});
  EXPECT_THAT(RunOne<MaxUnpoolOp>({{4}}, {x, indices}).elements<float>(), ElementsAre(1, 0, 0, 2, 0, 0, 4, 0));
}

TEST(MaxUnpool, RefusesIndicesOutOfTheOutput) {
  const Tensor x = Tensor::Of<float>({1, 1, 1, 1}, {1});
  for (const int64_t index : {int64_t{-1}, int64_t{6}, std::numeric_limits<int64_t>::max()}) {
    const auto out = RunOp<MaxUnpoolOp>({{2, 3}}, {x, Tensor::Of<int64_t>({1, 1, 1, 1}, {index})});
    EXPECT_EQ(out.status().message(),
              absl::StrCat("Found an invalid max index: ", index, " (output volumes are of size 2x3)"));
  }
}

TEST(MaxUnpool, RefusesInTorchsWords) {
  const auto of = [](const MaxUnpoolOp::Attrs& attrs, const TensorSpec& x, const TensorSpec& indices) {
    return Refusal<MaxUnpoolOp>(attrs, {x, indices});
  };
  const TensorSpec x = {DType::kFloat32, {1, 2, 2, 2}}, indices = {DType::kInt64, {1, 2, 2, 2}};
  EXPECT_EQ(of({{4, 4}}, x, {DType::kInt32, {1, 2, 2, 2}}), "elements in indices should be type int64 but got: Int");
  EXPECT_EQ(
      of({{4, 4}}, x, {DType::kInt64, {1, 2, 2, 1}}),
      "Expected shape of indices to be same as that of the input tensor ([1, 2, 2, 2]) but got indices tensor with "
      "shape: [1, 2, 2, 1]");
  EXPECT_EQ(of({{4, 4}}, {DType::kFloat32, {2, 2}}, {DType::kInt64, {2, 2}}),
            "Input to max_unpooling2d should be a 3d or 4d Tensor, but got a tensor with 2 dimensions.");
  EXPECT_EQ(of({{4, 4}}, {DType::kFloat32, {1, 0, 2, 2}}, {DType::kInt64, {1, 0, 2, 2}}),
            "max_unpooling2d_forward_out_cpu(): Expected input to have non-zero size for non-batch dimensions, but got "
            "[1, 0, 2, 2] with dimension 1 being empty.");
  EXPECT_EQ(of({{4, 4}}, {DType::kInt64, {1, 2, 2, 2}}, indices), "\"max_unpool2d\" not implemented for 'Long'");
  EXPECT_THAT(of({{4, -4}}, x, indices), HasSubstr("negative"));
  EXPECT_THAT(of({{int64_t{1} << 40, int64_t{1} << 40}}, x, indices), HasSubstr("too many"));
}

TEST(MaxUnpool, GivesEachElementTheGradientOfItsPlace) {
  Random random;
  ExpectGradient<MaxUnpoolOp>({{2, 3}},
                              {random.ATensor<double>({1, 2, 1, 2}), Tensor::Of<int64_t>({1, 2, 1, 2}, {4, 0, 1, 5})});
}

TEST(GatherPlanes, GivesEachPlaceTheSumOfItsGradients) {
  Random random;
  ExpectGradient<GatherPlanesOp>(
      {}, {random.ATensor<double>({1, 2, 2, 2}), Tensor::Of<int64_t>({1, 2, 3}, {0, 3, 3, 1, 1, 1})});
}

TEST(ScatterPlanes, AddsWhatMeets) {
  const Tensor x = Tensor::Of<float>({1, 2, 2}, {1, 2, 3, 4});
  const Tensor indices = Tensor::Of<int64_t>({1, 2, 2}, {0, 3, 2, 2});
  EXPECT_THAT(RunOne<ScatterPlanesOp>({{2, 2}}, {x, indices}).elements<float>(), ElementsAre(1, 0, 0, 2, 0, 0, 7, 0));
}

}  // namespace
}  // namespace moduled::nn
