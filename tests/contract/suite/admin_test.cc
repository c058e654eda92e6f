#include "tests/contract/suite/contract_test.h"

namespace moduled::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_P(ContractTest, LoadsADescriptionAsANewModel) {
  const std::string description = testing::DescriptionOf(testing::kTinyModel).Serialize();
  const auto loaded = admin().LoadModel({.model = {"fresh", ""}, .description = description, .seed = 1});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(*loaded, (ModelRef{"fresh", "1"}));
  EXPECT_EQ(Forward(Call("fresh"))->output.As<nn::Tensor>()->bytes(),
            Forward(Call("tiny"))->output.As<nn::Tensor>()->bytes())
      << "the same description and seed";
}

TEST_P(ContractTest, UnloadsAndLoadsAgain) {
  EXPECT_THAT(*admin().UnloadModel({"tiny", ""}), ElementsAre(ModelRef{"tiny", "1"}));
  EXPECT_EQ(Forward(Call("tiny")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(admin().UnloadModel({"tiny", ""}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(*admin().LoadModel({.model = {"tiny", "1"}}), (ModelRef{"tiny", "1"}));
  EXPECT_TRUE(Forward(Call("tiny")).ok());
}

TEST_P(ContractTest, LoadsAStateDictAsTheNextVersion) {
  nn::StateDict state_dict = introspection().StateDict({"tiny", ""}, "")->state_dict;
  state_dict.tensors[1].second = nn::Tensor::Of<float>({2}, {5, 6});
  const auto reply = admin().LoadStateDict({.model = {"tiny", ""}, .state_dict = state_dict});
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->model, (ModelRef{"tiny", "2"}));
  EXPECT_TRUE(reply->missing_keys.empty() && reply->unexpected_keys.empty());
  EXPECT_THAT(introspection().GetParameter({"tiny", ""}, "0.bias")->tensor.elements<float>(), ElementsAre(5, 6));
}

TEST_P(ContractTest, SaysWhichKeysDoNotFit) {
  const nn::StateDict state_dict = {
      .tensors = {{"0.bias", nn::Tensor::Of<float>({2}, {5, 6})}, {"extra", nn::Tensor::Of<float>({1}, {1})}},
      .metadata = {}};
  const absl::Status strict = admin().LoadStateDict({.model = {"tiny", ""}, .state_dict = state_dict}).status();
  EXPECT_EQ(strict.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(strict.message()), HasSubstr("Missing key(s) in state_dict: \"0.weight\". "));
  const auto lenient = admin().LoadStateDict({.model = {"tiny", ""}, .state_dict = state_dict, .strict = false});
  ASSERT_TRUE(lenient.ok()) << lenient.status();
  EXPECT_THAT(lenient->missing_keys, ElementsAre("0.weight"));
  EXPECT_THAT(lenient->unexpected_keys, ElementsAre("extra"));
}

TEST_P(ContractTest, RefusesModelsThatCannotBe) {
  EXPECT_EQ(admin().LoadModel({.model = {"none", ""}}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(admin().LoadModel({.model = {"../x", ""}}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(admin().LoadModel({.model = {"x", ""}, .description = "\xff"}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(admin().UnloadModel({"", ""}).status(), absl::InvalidArgumentError("model.name: empty"));
}

}  // namespace
}  // namespace moduled::contract
