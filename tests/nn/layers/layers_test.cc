// What layers do beyond PyTorch's results, which are tested where descriptions are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "nn/modules/containers.h"
#include "tests/nn/layers/make_layer.h"

namespace moduled::nn {
namespace {

using testing::Contains;
using testing::HasSubstr;

std::vector<float> Elements(const absl::StatusOr<Datum>& result) {
  EXPECT_TRUE(result.ok()) << result.status();
  const absl::Span<const float> elements = result->As<Tensor>()->elements<float>();
  return {elements.begin(), elements.end()};
}

TEST(Dropout, DropsTheSameElementsForTheSameRequest) {
  const auto dropout = MakeLayer("Dropout");
  dropout->train();
  const Tensor ones = Tensor::Of<float>({64}, std::vector<float>(64, 1));
  const std::vector<float> first = Elements(RunModule(dropout, ones));
  EXPECT_EQ(first, Elements(RunModule(dropout, ones)));
  EXPECT_THAT(first, Contains(0));
  EXPECT_THAT(first, Contains(2));
}

TEST(Dropout, DropsOtherElementsInEachOfItsCalls) {
  const auto dropout = MakeLayer("Dropout");
  const auto twice = std::make_shared<Sequential>();
  ASSERT_TRUE(twice->RegisterModule("0", dropout).ok());
  ASSERT_TRUE(twice->RegisterModule("1", dropout).ok());
  twice->train();
  const Tensor ones = Tensor::Of<float>({256}, std::vector<float>(256, 1));
  const std::vector<float> once = Elements(RunModule(dropout, ones)), both = Elements(RunModule(twice, ones));
  // Were they the same, what survived one call would survive both.
  EXPECT_LT(std::count(both.begin(), both.end(), 4.0f), std::count(once.begin(), once.end(), 2.0f));
}

TEST(Dropout, IsNothingInEvaluationMode) {
  const Tensor ramp = Ramp({3, 4});
  const auto result = RunModule(MakeLayer("Dropout"), ramp);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->As<Tensor>()->data(), ramp.data()) << "the input was copied";
}

TEST(BatchNorm2d, DoesNotChangeItsRunningStatisticsWhenItServes) {
  const auto norm = MakeLayer("BatchNorm2d", {{"num_features", 2}});
  norm->train();
  ASSERT_TRUE(RunModule(norm, Ramp({2, 2, 3, 3})).ok());
  EXPECT_THAT((*norm->get_buffer("running_mean"))->data.elements<float>(), testing::Each(0));
  EXPECT_THAT((*norm->get_buffer("running_var"))->data.elements<float>(), testing::Each(1));
  EXPECT_EQ((*norm->get_buffer("num_batches_tracked"))->data.elements<int64_t>()[0], 0);
}

TEST(BatchNorm2d, HasTorchsStateVersion) {
  EXPECT_EQ(MakeLayer("BatchNorm2d", {{"num_features", 2}})->state_version(), 2);
  EXPECT_EQ(MakeLayer("ReLU")->state_version(), 1);
}

TEST(Conv2d, PadsMoreAtTheEndWhereSameIsOdd) {
  // A kernel of ones over 4 ones: the window of the first output holds one padded zero, that of the last one two.
  const auto conv = MakeLayer("Conv2d", {{"in_channels", 1},
                                         {"out_channels", 1},
                                         {"kernel_size", Ints({1, 4})},
                                         {"padding_name", "same"},
                                         {"bias", false}});
  conv->parameter_slots().Find("weight")->get()->data = Tensor::Of<float>({1, 1, 1, 4}, {1, 1, 1, 1});
  EXPECT_EQ(Elements(RunModule(conv, Tensor::Of<float>({1, 1, 4}, {1, 1, 1, 1}))), (std::vector<float>{3, 4, 3, 2}));
}

TEST(Conv2d, RefusesPaddingThatTheInputCannotReflect) {
  const auto conv = [](absl::string_view mode) {
    return MakeLayer("Conv2d", {{"in_channels", 1},
                                {"out_channels", 1},
                                {"kernel_size", 3},
                                {"padding", 6},
                                {"padding_mode", std::string(mode)}});
  };
  const TensorSpec input{DType::kFloat32, {1, 1, 5, 5}};
  EXPECT_THAT(std::string(Trial(*conv("reflect"), input).message()),
              HasSubstr("Padding size should be less than the corresponding input dimension"));
  EXPECT_THAT(std::string(Trial(*conv("circular"), input).message()),
              HasSubstr("Padding value causes wrapping around more than once."));
  EXPECT_TRUE(Trial(*conv("replicate"), input).ok());
}

TEST(Layers, RefuseInputsOfAnotherTypeThanTheirParameters) {
  const TensorSpec doubles{DType::kFloat64, {2, 3, 5, 5}};
  const std::pair<absl::string_view, Attributes> layers[] = {
      {"Linear", {{"in_features", 5}, {"out_features", 2}}},
      {"Conv2d", {{"in_channels", 3}, {"out_channels", 2}, {"kernel_size", 3}}},
      {"BatchNorm2d", {{"num_features", 3}}},
      {"LayerNorm", {{"normalized_shape", Ints({5})}}},
  };
  for (const auto& [name, attributes] : layers) {
    EXPECT_EQ(Trial(*MakeLayer(name, attributes), doubles).code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

TEST(Layers, RefuseGeometryThatOverflows) {
  const TensorSpec image{DType::kFloat32, {1, 1, 8, 8}};
  const int64_t huge = std::numeric_limits<int32_t>::max();
  const std::pair<absl::string_view, Attributes> layers[] = {
      {"Conv2d", {{"in_channels", 1}, {"out_channels", 1}, {"kernel_size", 3}, {"dilation", huge}}},
      {"Conv2d", {{"in_channels", 1}, {"out_channels", 1}, {"kernel_size", 1}, {"padding", huge}}},
      {"MaxPool2d", {{"kernel_size", huge}, {"dilation", huge}}},
      {"AvgPool2d", {{"kernel_size", huge}}},
      {"AdaptiveAvgPool2d", {{"output_size", huge}}},
  };
  for (const auto& [name, attributes] : layers) {
    EXPECT_EQ(Trial(*MakeLayer(name, attributes), image).code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

}  // namespace
}  // namespace moduled::nn
