// What pooling, padding and resizing layers do beyond what PyTorch 1.13 can show.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "tests/nn/layers/make_layer.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<float> Elements(const absl::StatusOr<Datum>& result) {
  EXPECT_TRUE(result.ok()) << result.status();
  const absl::Span<const float> elements = result->As<Tensor>()->elements<float>();
  return {elements.begin(), elements.end()};
}

TEST(CircularPad, TakesInputsWithAndWithoutABatchAxis) {
  const auto pad = MakeLayer("CircularPad1d", {{"padding", Ints({2, 1})}});
  EXPECT_THAT(Elements(RunModule(pad, Tensor::Of<float>({1, 3}, {1, 2, 3}))), ElementsAre(2, 3, 1, 2, 3, 1));
  EXPECT_THAT(Elements(RunModule(pad, Tensor::Of<float>({1, 1, 3}, {1, 2, 3}))), ElementsAre(2, 3, 1, 2, 3, 1));
  EXPECT_EQ(pad->Repr(), "CircularPad1d((2, 1))");
  EXPECT_THAT(std::string(Trial(*MakeLayer("CircularPad1d", {{"padding", 4}}), {DType::kFloat32, {1, 3}}).message()),
              HasSubstr("Padding value causes wrapping around more than once."));
}

TEST(ZeroPad, CutsOffWhereThePaddingIsNegative) {
  const auto pad = MakeLayer("ZeroPad1d", {{"padding", Ints({-1, 2})}});
  EXPECT_THAT(Elements(RunModule(pad, Tensor::Of<float>({3}, {1, 2, 3}))), ElementsAre(2, 3, 0, 0));
  EXPECT_EQ(pad->Repr(), "ZeroPad1d((-1, 2))");
}

TEST(LpPool, PoolsThreeAxes) {
  const auto pool = MakeLayer("LPPool3d", {{"norm_type", 2}, {"kernel_size", Ints({1, 1, 2})}});
  EXPECT_THAT(Elements(RunModule(pool, Tensor::Of<float>({1, 1, 1, 4}, {3, 4, 0, 0}))), ElementsAre(5, 0));
  EXPECT_EQ(pool->Repr(), "LPPool3d(norm_type=2, kernel_size=(1, 1, 2), stride=None, ceil_mode=False)");
}

TEST(FractionalMaxPool, PoolsTheSameForTheSameRequest) {
  const auto pool = MakeLayer("FractionalMaxPool2d", {{"kernel_size", 1}, {"output_size", Ints({1, 20})}});
  const Tensor ramp = Ramp({1, 1, 60});
  EXPECT_EQ(Elements(RunModule(pool, ramp)), Elements(RunModule(pool, ramp)));
}

TEST(FractionalMaxPool, PoolsEachLayerOfATreeAtItsOwnPlaces) {
  const auto info = *FindLayer("FractionalMaxPool2d");
  const Attributes attributes = {{"kernel_size", 1}, {"output_size", Ints({1, 20})}};
  InitContext context({});
  const auto one = *info->create({attributes, context}), another = *info->create({attributes, context});
  const Tensor ramp = Ramp({1, 1, 60});
  EXPECT_NE(Elements(RunModule(one, ramp)), Elements(RunModule(another, ramp)));
}

TEST(FractionalMaxPool, KeepsTheSamplesThatItIsGivenAsABuffer) {
  const auto pool = MakeLayer("FractionalMaxPool2d",
                              {{"kernel_size", 2}, {"output_ratio", 0.5}, {"random_samples", Ints({1, 1, 2})}});
  ASSERT_TRUE(pool->get_buffer("_random_samples").ok());
  EXPECT_EQ((*pool->get_buffer("_random_samples"))->data.shape(), (Shape{1, 1, 2}));
  EXPECT_THAT(std::string(Trial(*pool, {DType::kFloat32, {2, 1, 6, 6}}).message()),
              HasSubstr("Expect _random_samples.size(0) no less then input batch size."));
}

std::string Refused(absl::string_view layer, const Attributes& attributes) {
  const absl::Status status = TryMakeLayer(layer, attributes).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

TEST(FractionalMaxPool, RefusesItsArgumentsInTorchsWords) {
  EXPECT_EQ(Refused("FractionalMaxPool2d", {{"kernel_size", 2}}),
            "FractionalMaxPool2d requires specifying either an output size, or a pooling ratio");
  EXPECT_EQ(Refused("FractionalMaxPool3d", {{"kernel_size", 2}, {"output_size", 2}, {"output_ratio", 0.5}}),
            "only one of output_size and output_ratio may be specified");
  EXPECT_EQ(Refused("FractionalMaxPool2d", {{"kernel_size", 2}, {"output_ratio", 1.5}}),
            "output_ratio must be between 0 and 1 (got 1.5)");
}

TEST(Padding, RefusesAWrongNumberOfSides) {
  EXPECT_EQ(Refused("ReflectionPad2d", {{"padding", Ints({1, 2})}}),
            "padding: wrong number of ints (got 2, want 1 or 4)");
  EXPECT_EQ(Refused("ConstantPad1d", {{"padding", 1}}), "value: must be set (got nothing)");
}

TEST(MaxUnpool, TakesTheSizeThatPoolingLost) {
  const auto unpool = MakeLayer("MaxUnpool1d", {{"kernel_size", 2}});
  const auto trial = [&](std::initializer_list<int64_t> size) {
    const SpecTree tuple = SpecTree::Tuple{{size.begin(), size.end()}};
    const TensorSpec x = {DType::kFloat32, {1, 1, 2}}, indices = {DType::kInt64, {1, 1, 2}};
    return std::string(Trace::Run(*unpool, {{SpecTree(x), SpecTree(indices), tuple}, {}}).status().message());
  };
  EXPECT_EQ(trial({5}), "");
  EXPECT_EQ(trial({1, 1, 5}), "");
  EXPECT_THAT(trial({6}), HasSubstr("invalid output_size \"(6,)\" (dim 0 must be between 2 and 6)"));
  EXPECT_THAT(trial({5, 5}),
              HasSubstr("output_size should be a sequence containing 1 or 3 elements, but it has a length of '2'"));
}

TEST(Images, RefuseGeometryThatOverflows) {
  const int64_t huge = std::numeric_limits<int32_t>::max();
  const TensorSpec image{DType::kFloat32, {1, 1, 8, 8}};
  const std::pair<absl::string_view, Attributes> layers[] = {
      {"Upsample", {{"size", int64_t{1} << 40}}},
      {"Upsample", {{"scale_factor", 1e300}}},
      {"Upsample", {{"scale_factor", std::numeric_limits<double>::quiet_NaN()}}},
      {"ConstantPad2d", {{"padding", huge}, {"value", 0}}},
      {"PixelShuffle", {{"upscale_factor", std::numeric_limits<int64_t>::max()}}},
      {"PixelUnshuffle", {{"downscale_factor", std::numeric_limits<int64_t>::max()}}},
      {"LPPool2d", {{"norm_type", 2}, {"kernel_size", huge}}},
      {"FractionalMaxPool2d", {{"kernel_size", huge}, {"output_size", huge}}},
      {"AdaptiveMaxPool2d", {{"output_size", huge}}},
  };
  for (const auto& [name, attributes] : layers) {
    EXPECT_EQ(Trial(*MakeLayer(name, attributes), image).code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

}  // namespace
}  // namespace moduled::nn
