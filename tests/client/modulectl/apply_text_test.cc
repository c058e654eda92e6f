#include "client/modulectl/apply_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moduled::modulectl {
namespace {

using testing::HasSubstr;

std::string Refusal(const std::string& text) {
  const absl::Status status = ParseApplyFunction(text).status();
  return {status.message().begin(), status.message().end()};
}

TEST(ParseApplyFunction, KnowsTorchsNamesWithAndWithoutUnderscore) {
  for (const std::string name : {"normal", "normal_"}) {
    const auto function = ParseApplyFunction(name + ":std=0.02,mean=1");
    ASSERT_TRUE(function.ok()) << function.status();
    const auto* normal = std::get_if<contract::NormalInit>(&function->action);
    ASSERT_NE(normal, nullptr);
    EXPECT_EQ(normal->mean, 1);
    EXPECT_EQ(normal->std, 0.02);
  }
}

TEST(ParseApplyFunction, KeepsTorchsDefaults) {
  const auto function = ParseApplyFunction("kaiming_uniform");
  ASSERT_TRUE(function.ok()) << function.status();
  const auto& kaiming = std::get<contract::KaimingInit>(function->action);
  EXPECT_FALSE(kaiming.normal);
  EXPECT_EQ(kaiming.mode, contract::KaimingInit().mode);
  EXPECT_EQ(kaiming.nonlinearity, contract::KaimingInit().nonlinearity);
}

TEST(ParseApplyFunction, ReadsNumbersTypesAndFlags) {
  EXPECT_EQ(std::get<contract::ScaleFunction>(ParseApplyFunction("scale:factor=-2.5")->action).factor, -2.5);
  EXPECT_EQ(std::get<contract::CastFunction>(ParseApplyFunction("cast:dtype=float16")->action).dtype,
            nn::DType::kFloat16);
  EXPECT_FALSE(std::get<contract::TrainFunction>(ParseApplyFunction("train:mode=false")->action).mode);
  const auto clamp = std::get<contract::ClampFunction>(ParseApplyFunction("clamp:max=6")->action);
  EXPECT_EQ(clamp.max, 6);
  EXPECT_FALSE(clamp.min.has_value());
}

TEST(ParseApplyFunction, SaysWhatIsWrong) {
  EXPECT_THAT(Refusal("gaussian"), HasSubstr("unknown function (got \"gaussian\", want one of uniform, normal, "));
  EXPECT_EQ(Refusal("scale"), "--function scale: wants factor=...");
  EXPECT_EQ(Refusal("scale:factor=much"), "--function scale: factor: not a number (got \"much\")");
  EXPECT_EQ(Refusal("normal:std=1,std=2"), "--function normal: std: given twice");
  EXPECT_THAT(Refusal("normal:0.02"), HasSubstr("want KEY=VALUE (got \"0.02\")"));
  EXPECT_THAT(Refusal("ones:val=2"), HasSubstr("val"));
  EXPECT_THAT(Refusal("cast:dtype=float17"), HasSubstr("not a type, e.g. float16"));
}

}  // namespace
}  // namespace moduled::modulectl
