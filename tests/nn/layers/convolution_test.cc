// What convolution layers do beyond what they do with one input, which is tested where descriptions are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/nn/layers/make_layer.h"

namespace moduled::nn {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

// ConvTranspose1d(1, 1, 2, stride=3, padding=1, bias=False) with the weights 1 and 10.
std::shared_ptr<Layer> Spreader() {
  auto layer = MakeLayer(
      "ConvTranspose1d",
      {{"in_channels", 1}, {"out_channels", 1}, {"kernel_size", 2}, {"stride", 3}, {"padding", 1}, {"bias", false}});
  (*layer->get_parameter("weight"))->data = Tensor::Of<float>({1, 1, 2}, {1, 10});
  return layer;
}

absl::StatusOr<Datum> Spread(const Tensor& input, const Datum& output_size) {
  Workspace workspace;
  return Model(Spreader(), ModelOptions()).Forward({{input}, {{"output_size", output_size}}}, workspace);
}

const Tensor kInput = Tensor::Of<float>({1, 1, 3}, {1, 2, 3});

TEST(ConvTranspose, MakesItsOutputAsLargeAsTheCallAsksFor) {
  const auto expect = [](const Tensor& input, const Datum& output_size, const std::vector<float>& want) {
    const auto output = Spread(input, output_size);
    ASSERT_TRUE(output.ok()) << output.status();
    EXPECT_THAT(output->As<Tensor>()->elements<float>(), ElementsAreArray(want));
  };
  expect(kInput, Datum(), {10, 0, 2, 20, 0, 3});
  expect(kInput, Datum::List{{6}}, {10, 0, 2, 20, 0, 3});
  expect(kInput, Datum::Tuple{{1, 1, 8}}, {10, 0, 2, 20, 0, 3, 30, 0});
  expect(*kInput.Reshape({1, 3}), Datum::Tuple{{1, 7}}, {10, 0, 2, 20, 0, 3, 30});
}

TEST(ConvTranspose, RefusesSizesInTorchsWords) {
  EXPECT_THAT(Spread(kInput, Datum::List{{9}}).status().message(),
              HasSubstr("requested an output size of [9], but valid sizes range from [6] to [8] (for an input of "
                        "torch.Size([3]))"));
  EXPECT_THAT(Spread(kInput, Datum::Tuple{{5}}).status().message(), HasSubstr("requested an output size of (5,), but"));
  EXPECT_THAT(Spread(kInput, Datum::Tuple{{1, 2}}).status().message(),
              HasSubstr("ConvTranspose1D: for 3D input, output_size must have 1 or 3 elements (got 2)"));
  EXPECT_FALSE(Spread(kInput, Datum::Tuple{{"a"}}).ok());
  EXPECT_FALSE(Spread(Tensor::Of<float>({3}, {1, 2, 3}), Datum::Tuple{{6}}).ok());
}

TEST(Convolution, RefusesArgumentsInTorchsWords) {
  const auto refusal = [](absl::string_view name, Attributes more) {
    Attributes attributes = {{"in_channels", 4}, {"out_channels", 6}, {"kernel_size", 3}};
    attributes.insert(attributes.end(), more.begin(), more.end());
    return std::string(TryMakeLayer(name, attributes).status().message());
  };
  for (const absl::string_view name : {"Conv1d", "Conv3d", "ConvTranspose2d"}) {
    EXPECT_THAT(refusal(name, {{"groups", 0}}), HasSubstr("groups must be a positive integer"));
    EXPECT_THAT(refusal(name, {{"groups", 3}}), HasSubstr("in_channels must be divisible by groups"));
    EXPECT_THAT(refusal(name, {{"groups", 4}}), HasSubstr("out_channels must be divisible by groups"));
    EXPECT_FALSE(refusal(name, {{"stride", 0}}).empty());
    EXPECT_FALSE(refusal(name, {{"padding_mode", "mirror"}}).empty());
  }
  EXPECT_THAT(refusal("Conv1d", {{"padding_name", "full"}}), HasSubstr("Invalid padding string 'full'"));
  EXPECT_THAT(refusal("Conv3d", {{"padding_name", "same"}, {"stride", 2}}),
              HasSubstr("padding='same' is not supported for strided convolutions"));
  EXPECT_THAT(refusal("ConvTranspose3d", {{"padding_mode", "reflect"}}),
              HasSubstr("Only \"zeros\" padding mode is supported for ConvTranspose3d"));
  EXPECT_THAT(refusal("ConvTranspose3d", {{"padding_name", "same"}}), HasSubstr("padding_name: no such argument"));
}

TEST(Convolution, RefusesGeometryThatOverflows) {
  const int64_t huge = std::numeric_limits<int32_t>::max();
  for (const char* numbers : {"stride", "dilation"}) {
    Attributes attributes = {{"in_channels", 1}, {"out_channels", 1}, {"kernel_size", huge}, {numbers, huge}};
    const auto layer = TryMakeLayer("ConvTranspose1d", attributes, {.initialise = false});
    ASSERT_TRUE(layer.ok()) << layer.status();
    const int64_t long_axis = std::numeric_limits<int64_t>::max() / 8;
    EXPECT_EQ(Trial(**layer, {DType::kFloat32, {1, 1, long_axis}}).code(), absl::StatusCode::kInvalidArgument);
    const CallSignature sized = {{SpecTree(TensorSpec{DType::kFloat32, {1, 1, long_axis}}), SpecTree::Tuple{{7}}}, {}};
    EXPECT_EQ(Trace::Run(**layer, sized).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(Convolution, SaysWhichWindowItSlides) {
  const auto layer = MakeLayer("Conv3d", {{"in_channels", 1}, {"out_channels", 1}, {"kernel_size", 2}});
  EXPECT_THAT(layer->WindowShape(), ElementsAre(2, 2, 2));
}

}  // namespace
}  // namespace moduled::nn
