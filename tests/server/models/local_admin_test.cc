#include "server/models/local_admin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "nn/modules/state_dict.h"
#include "server/models/local_introspection.h"
#include "tests/server/support/temporary_repository.h"

namespace moduled::server {
namespace {

using contract::ModelRef;
using contract::ModelState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kTinyModel;

constexpr int64_t kMaxModelBytes = int64_t{1} << 30;

class LocalAdminTest : public ::testing::Test {
 protected:
  std::vector<float> Weight(const ModelRef& model) {
    const auto weight = introspection_.GetParameter(model, "0.weight");
    EXPECT_TRUE(weight.ok()) << weight.status();
    const auto elements = weight->tensor.elements<float>();
    return {elements.begin(), elements.end()};
  }
  nn::StateDict StateOf(const ModelRef& model) { return introspection_.StateDict(model, "")->state_dict; }
  std::string SerializedTiny() { return testing::DescriptionOf(kTinyModel).Serialize(); }

  testing::TemporaryRepository directory_;
  const Repository repository_ = directory_.Open();
  ModelStore store_;
  LocalAdmin admin_{store_, repository_, {.load = {.max_bytes = kMaxModelBytes}}};
  LocalIntrospection introspection_{store_, repository_, nullptr};
};

TEST_F(LocalAdminTest, LoadsTheNewestVersionOfEveryModelAndSaysWhichItCouldNot) {
  directory_.Add("good", kTinyModel);
  directory_.Add("good", kTinyModel);
  directory_.Add("bad", kTinyModel);
  directory_.WriteFile("bad/1/model.safetensors", "nonsense");
  directory_.WriteFile("empty/config.pbtxt", "");

  const auto failed = *admin_.LoadAll();
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].model, (ModelRef{"bad", "1"}));
  EXPECT_THAT(failed[0].reason, HasSubstr("bad/1: model.safetensors"));

  const auto list = *introspection_.ListModels();
  ASSERT_EQ(list.size(), 4u);
  EXPECT_EQ(list[0].model, (ModelRef{"bad", "1"}));
  EXPECT_EQ(list[0].state, ModelState::kUnavailable);
  EXPECT_EQ(list[0].reason, failed[0].reason);
  EXPECT_EQ(list[1].model, (ModelRef{"empty", ""}));
  EXPECT_EQ(list[1].reason, "has no versions");
  EXPECT_EQ(list[2].model, (ModelRef{"good", "1"}));
  EXPECT_EQ(list[2].state, ModelState::kUnavailable);
  EXPECT_EQ(list[2].reason, "not loaded");
  EXPECT_EQ(list[3].model, (ModelRef{"good", "2"}));
  EXPECT_EQ(list[3].state, ModelState::kReady);
}

TEST_F(LocalAdminTest, LoadsTheVersionThatIsAskedFor) {
  directory_.Add("m", kTinyModel);
  directory_.Add("m", kTinyModel);
  EXPECT_EQ(*admin_.LoadModel({.model = {"m", "1"}}), (ModelRef{"m", "1"}));
  EXPECT_EQ(*admin_.LoadModel({.model = {"m", ""}}), (ModelRef{"m", "2"}));
  EXPECT_EQ(*admin_.LoadModel({.model = {"m", "1"}}), (ModelRef{"m", "1"})) << "loading again changes nothing";
  EXPECT_EQ(admin_.LoadModel({.model = {"m", "3"}}).status(),
            absl::NotFoundError("model \"m\": no version 3 in the repository"));
  EXPECT_EQ(admin_.LoadModel({.model = {"n", ""}}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(admin_.LoadModel({.model = {"../m", ""}}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(LocalAdminTest, MakesAVersionOfADescriptionAndInitialisesItFromItsSeed) {
  const auto one = admin_.LoadModel({.model = {"new", ""}, .description = SerializedTiny(), .seed = 5});
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(*one, (ModelRef{"new", "1"}));
  EXPECT_EQ(*admin_.LoadModel({.model = {"new", ""}, .description = SerializedTiny(), .seed = 5}),
            (ModelRef{"new", "2"}));
  EXPECT_EQ(*admin_.LoadModel({.model = {"new", ""}, .description = SerializedTiny(), .seed = 6}),
            (ModelRef{"new", "3"}));
  EXPECT_EQ(Weight({"new", "1"}), Weight({"new", "2"}));
  EXPECT_NE(Weight({"new", "1"}), Weight({"new", "3"}));
  EXPECT_THAT(directory_.List("new"), ElementsAre("1", "2", "3"));
}

TEST_F(LocalAdminTest, WritesWhatLazyLayersHaveBecome) {
  const std::string lazy =
      "sequential {} children { name: '0' module { lazy_conv1d { out_channels: 2 kernel_size: 1 } } }";
  const std::string serialized =
      testing::DescriptionOf(lazy + " signature { inputs { name: 'x' dtype: FLOAT32 shape: [1, 3, 4] } }").Serialize();
  const auto model = admin_.LoadModel({.model = {"lazy", ""}, .description = serialized});
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(Weight(*model).size(), 6u);
  EXPECT_THAT(nn::Description::Read(directory_.path() + "/lazy/1/module.pb")->Text(), HasSubstr("in_channels: 3"));

  const absl::Status status =
      admin_.LoadModel({.model = {"shapeless", ""}, .description = testing::DescriptionOf(lazy).Serialize()}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("0 (LazyConv1d): the layer is lazy"));
  EXPECT_THAT(directory_.List(""), ElementsAre("lazy"));
}

TEST_F(LocalAdminTest, ChangesNothingForADescriptionThatIsNotGood) {
  const auto error_of = [&](contract::LoadModelCall call) {
    const absl::Status status = admin_.LoadModel(call).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    return std::string(status.message());
  };
  EXPECT_THAT(error_of({.model = {"new", ""}, .description = "\xff"}), HasSubstr("ModuleDescription"));
  EXPECT_THAT(error_of({.model = {"new", ""}, .description = ""}), HasSubstr("layer"));
  EXPECT_THAT(error_of({.model = {"new", "4"}, .description = SerializedTiny()}),
              HasSubstr("model.version: a description becomes the next version (got \"4\", want none)"));
  const std::string huge =
      testing::DescriptionOf("linear { in_features: 1099511627776 out_features: 1099511627776 }").Serialize();
  EXPECT_FALSE(admin_.LoadModel({.model = {"new", ""}, .description = huge}).ok());
  EXPECT_TRUE(directory_.List("").empty());
  EXPECT_TRUE(introspection_.ListModels()->empty());
}

TEST_F(LocalAdminTest, WritesTheNextVersionWhenAStateDictIsLoaded) {
  directory_.Add("m", kTinyModel, 1);
  ASSERT_TRUE(admin_.LoadAll()->empty());
  const std::vector<float> before = Weight({"m", "1"});
  nn::StateDict state_dict = StateOf({"m", ""});
  state_dict.tensors[0].second = nn::Tensor::Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});

  const auto reply = admin_.LoadStateDict({.model = {"m", ""}, .state_dict = state_dict});
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->model, (ModelRef{"m", "2"}));
  EXPECT_THAT(Weight({"m", ""}), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(Weight({"m", "1"}), before) << "a version never changes";
}

TEST_F(LocalAdminTest, ChangesNothingForAStateDictThatDoesNotFit) {
  directory_.Add("m", kTinyModel);
  ASSERT_TRUE(admin_.LoadAll()->empty());
  nn::StateDict state_dict = StateOf({"m", ""});
  state_dict.tensors[1].first = "0.bais";
  const absl::Status strict = admin_.LoadStateDict({.model = {"m", ""}, .state_dict = state_dict}).status();
  EXPECT_EQ(strict.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(strict.message()), HasSubstr("Missing key(s) in state_dict: \"0.bias\". "));
  EXPECT_THAT(std::string(strict.message()), HasSubstr("Unexpected key(s) in state_dict: \"0.bais\". "));

  nn::StateDict wrong_shape = StateOf({"m", ""});
  wrong_shape.tensors[1].second = nn::Tensor::Of<float>({3}, {1, 2, 3});
  EXPECT_THAT(
      std::string(
          admin_.LoadStateDict({.model = {"m", ""}, .state_dict = wrong_shape, .strict = false}).status().message()),
      HasSubstr("size mismatch for 0.bias"));
  EXPECT_THAT(directory_.List("m"), ElementsAre("1"));
  EXPECT_EQ((*store_.Find({"m", ""}))->version(), 1);
}

TEST_F(LocalAdminTest, ListsTheKeysThatDoNotFitWhenItIsNotStrict) {
  directory_.Add("m", kTinyModel);
  ASSERT_TRUE(admin_.LoadAll()->empty());
  nn::StateDict state_dict = StateOf({"m", ""});
  state_dict.tensors[1].first = "0.bais";
  const auto reply = admin_.LoadStateDict({.model = {"m", ""}, .state_dict = state_dict, .strict = false});
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(reply->missing_keys, ElementsAre("0.bias"));
  EXPECT_THAT(reply->unexpected_keys, ElementsAre("0.bais"));
}

TEST_F(LocalAdminTest, SaysWhatIsWrongWithAVersionThatItCannotLoad) {
  directory_.WriteFile("bare/1/module.pbtxt", kTinyModel);
  EXPECT_EQ(
      admin_.LoadModel({.model = {"bare", ""}}).status(),
      absl::FailedPreconditionError("bare/1: there is neither model.safetensors nor model.safetensors.index.json"));
  directory_.WriteFile("stateless/1/module.pbtxt", "relu {}");
  EXPECT_TRUE(admin_.LoadModel({.model = {"stateless", ""}}).ok()) << "what has no state needs no weights";
}

TEST_F(LocalAdminTest, LoadsAVersionThatWasRepaired) {
  directory_.WriteFile("m/1/module.pbtxt", "nonsense");
  EXPECT_EQ(admin_.LoadAll()->size(), 1u);
  directory_.WriteFile("m/1/module.pbtxt", "relu {}");
  EXPECT_TRUE(admin_.LoadModel({.model = {"m", ""}}).ok());
}

TEST_F(LocalAdminTest, RefusesEverythingWhileDraining) {
  directory_.Add("m", kTinyModel);
  admin_.Drain();
  EXPECT_EQ(admin_.LoadModel({.model = {"m", ""}}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(admin_.UnloadModel({"m", ""}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(admin_.LoadStateDict({.model = {"m", ""}}).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace moduled::server
