#include "server/models/model_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/server/support/temporary_repository.h"

namespace moduled::server {
namespace {

using contract::ModelRef;
using contract::ModelState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

ModelHandle Loaded(const std::string& name, int64_t version) {
  return *LoadedModel::Make(name, version, {testing::DescriptionOf("relu {}"), std::nullopt}, {});
}

ModelState StateOf(const ModelStore& store, const std::string& name, const std::string& version) {
  for (const auto& status : store.List()) {
    if (status.model == ModelRef{name, version}) return status.state;
  }
  ADD_FAILURE() << name << " " << version << " is not listed";
  return ModelState::kUnavailable;
}

TEST(ModelStore, FindsTheNewestVersionUnlessAskedForAnother) {
  ModelStore store;
  for (const int64_t version : {2, 10, 9}) store.SetReady(Loaded("m", version));
  EXPECT_EQ((*store.Find({"m", ""}))->version(), 10);
  EXPECT_EQ((*store.Find({"m", "9"}))->version(), 9);
  EXPECT_EQ(store.Find({"m", "3"}).status(),
            absl::NotFoundError("model \"m\": version 3 is not loaded (loaded: 2, 9, 10)"));
}

TEST(ModelStore, NamesWhatIsNear) {
  ModelStore store;
  store.SetReady(Loaded("resnet18", 1));
  EXPECT_EQ(store.Find({"resnet81", ""}).status(),
            absl::NotFoundError("model \"resnet81\": not loaded; did you mean \"resnet18\"?"));
  EXPECT_EQ(store.Find({"x", ""}).status(), absl::NotFoundError("model \"x\": not loaded"));
  EXPECT_EQ(store.Find({"", ""}).status(), absl::InvalidArgumentError("model.name: empty"));
  EXPECT_EQ(store.Find({"resnet18", "one"}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ModelStore, KeepsAModelAliveForThoseWhoHaveIt) {
  ModelStore store;
  store.SetReady(Loaded("m", 1));
  ModelHandle pinned = *store.Find({"m", ""});
  EXPECT_THAT(*store.Remove({"m", ""}), ElementsAre(ModelRef{"m", "1"}));
  EXPECT_EQ(store.Find({"m", ""}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(StateOf(store, "m", "1"), ModelState::kUnloading);
  EXPECT_EQ(pinned->root().type(), "ReLU");
  pinned.reset();
  EXPECT_EQ(StateOf(store, "m", "1"), ModelState::kUnavailable);
}

TEST(ModelStore, RemovesOneVersionOrAll) {
  ModelStore store;
  for (const int64_t version : {1, 2, 3}) store.SetReady(Loaded("m", version));
  EXPECT_THAT(*store.Remove({"m", "2"}), ElementsAre(ModelRef{"m", "2"}));
  EXPECT_THAT(*store.Remove({"m", ""}), ElementsAre(ModelRef{"m", "1"}, ModelRef{"m", "3"}));
  EXPECT_EQ(store.Remove({"m", ""}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store.Remove({"x", ""}).status().code(), absl::StatusCode::kNotFound);
}

TEST(ModelStore, SaysWhyAModelIsNotServed) {
  ModelStore store;
  store.SetLoading("m", 1);
  EXPECT_EQ(store.Find({"m", ""}).status(), absl::UnavailableError("model \"m\": being loaded"));
  store.SetUnavailable("m", 1, "the weights are cut short");
  EXPECT_EQ(store.Find({"m", ""}).status(),
            absl::NotFoundError("model \"m\": version 1 could not be loaded: the weights are cut short"));
  EXPECT_EQ(store.List().at(0).reason, "the weights are cut short");
}

TEST(ModelStore, GoesOnServingWhatServesWhateverIsSaidOfIt) {
  ModelStore store;
  store.SetReady(Loaded("m", 1));
  store.SetLoading("m", 1);
  store.SetUnavailable("m", 1, "no");
  store.Forget("m", 1);
  EXPECT_TRUE(store.Find({"m", "1"}).ok());
}

TEST(ModelStore, TellsItsListenerWhenAModelBeginsAndCeasesToBeServed) {
  std::vector<std::pair<std::string, bool>> heard;
  ModelStore store([&](const std::string& name, bool serving) { heard.emplace_back(name, serving); });
  store.SetUnavailable("bad", 1, "why");
  store.SetReady(Loaded("m", 1));
  store.SetReady(Loaded("m", 2));
  ASSERT_TRUE(store.Remove({"m", "2"}).ok());
  ASSERT_TRUE(store.Remove({"m", "1"}).ok());
  EXPECT_THAT(heard,
              ElementsAre(Pair("bad", false), Pair("m", true), Pair("m", true), Pair("m", true), Pair("m", false)));
}

}  // namespace
}  // namespace moduled::server
