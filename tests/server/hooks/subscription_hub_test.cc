#include "server/hooks/subscription_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/support/temporary_repository.h"

namespace moduled::server {
namespace {

using contract::Hook;
using contract::HookKind;
using contract::SelectorKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SubscriptionHubTest : public ::testing::Test {
 protected:
  // One model, "m", that serves in version 1.
  SubscriptionHub::Resolver Resolver() {
    return [this](const contract::ModelRef& model) -> absl::StatusOr<ServedTree> {
      if (model.name != "m") return absl::NotFoundError("no such model");
      return ServedTree{{"m", "1"}, root_};
    };
  }
  static contract::SubscribeCall Call(std::vector<Hook> hooks, const std::string& version = "") {
    return {.model = {"m", version}, .hooks = std::move(hooks)};
  }
  static Hook Path(const std::string& path, HookKind kind = HookKind::kForward) {
    return {SelectorKind::kPath, path, kind};
  }
  static Hook Glob(const std::string& glob) { return {SelectorKind::kGlob, glob, HookKind::kForward}; }

  const std::shared_ptr<const nn::Module> root_ = *testing::DescriptionOf(testing::kTinyModel).Build();
  SubscriptionHub hub_{Resolver(), {.max_subscriptions = 2}};
};

TEST_F(SubscriptionHubTest, HasNoInterestWhileNobodySubscribes) {
  EXPECT_EQ(hub_.InterestIn({"m", "1"}, *root_), nullptr);
  { const auto subscription = hub_.Subscribe(Call({Path("0")})); }
  EXPECT_EQ(hub_.InterestIn({"m", "1"}, *root_), nullptr) << "a subscription that was destroyed is over";
}

TEST_F(SubscriptionHubTest, KnowsWhatEachSubscriptionWatches) {
  const auto one = hub_.Subscribe(Call({Path("1"), Path("0", HookKind::kForwardPre), Path("1")}));
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_THAT((*one)->paths(), ElementsAre("0", "1"));
  const auto interest = hub_.InterestIn({"m", "1"}, *root_);
  ASSERT_NE(interest, nullptr);
  ASSERT_EQ(interest->size(), 1u);
  EXPECT_EQ((*interest)[0].hooks.observed(),
            (nn::ObservedModules{{"0", nn::HookKind::kForwardPre}, {"1", nn::HookKind::kForward}}));
  EXPECT_EQ(hub_.InterestIn({"other", "1"}, *root_), nullptr);
}

TEST_F(SubscriptionHubTest, RefusesHooksThatEdit) {
  Hook hook = Path("0");
  hook.edits = {contract::Edit{}};
  EXPECT_EQ(hub_.Subscribe(Call({Path("0"), hook})).status(),
            absl::InvalidArgumentError("hooks[1].edits: only the hooks of a request may edit"));
}

TEST_F(SubscriptionHubTest, RefusesTransformsThatFitNoTensor) {
  Hook hook = Path("0");
  hook.transform = {contract::SliceStep{{{.step = 0}}}};
  EXPECT_EQ(hub_.Subscribe(Call({hook})).status(),
            absl::InvalidArgumentError("hooks[0].transform[0].slice.dims[0].step: slice step cannot be zero (got 0)"));
}

TEST_F(SubscriptionHubTest, KnowsTheTransformsOfItsHooks) {
  Hook hook = Path("0");
  hook.transform = {contract::ReduceStep{}};
  const auto subscription = hub_.Subscribe(Call({Path("1"), hook}));
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  const auto interest = hub_.InterestIn({"m", "1"}, *root_);
  EXPECT_EQ((*interest)[0].transforms.at(0), nullptr);
  EXPECT_NE((*interest)[0].transforms.at(1), nullptr);
}

TEST_F(SubscriptionHubTest, TellsTheVersionsOfAModelApartWhereASubscriberDoes) {
  const auto first = hub_.Subscribe(Call({Path("0")}, "1"));
  const auto every = hub_.Subscribe(Call({Path("0")}));
  ASSERT_TRUE(first.ok() && every.ok());
  EXPECT_EQ(hub_.InterestIn({"m", "1"}, *root_)->size(), 2u);
  EXPECT_EQ(hub_.InterestIn({"m", "2"}, *root_)->size(), 1u);
}

TEST_F(SubscriptionHubTest, ForgetsWhatItKnewWhenSubscriptionsChange) {
  auto one = hub_.Subscribe(Call({Path("0")}));
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(hub_.InterestIn({"m", "1"}, *root_)->size(), 1u);
  const auto two = hub_.Subscribe(Call({Path("1")}));
  EXPECT_EQ(hub_.InterestIn({"m", "1"}, *root_)->size(), 2u);
  one->reset();
  EXPECT_EQ(hub_.InterestIn({"m", "1"}, *root_)->size(), 1u);
}

TEST_F(SubscriptionHubTest, RefusesWhatSelectsNothing) {
  EXPECT_EQ(hub_.Subscribe({.model = {"x", ""}, .hooks = {Path("")}}).status().code(), absl::StatusCode::kNotFound);
  const absl::Status unknown = hub_.Subscribe(Call({Glob("**"), Path("9")})).status();
  EXPECT_EQ(unknown.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(unknown.message()), HasSubstr("hooks[1].path: the model has no module \"9\""));
  EXPECT_EQ(hub_.Subscribe(Call({Glob("x*")})).status(),
            absl::NotFoundError("hooks[0].glob: no module's path matches \"x*\""));
  EXPECT_EQ(hub_.Subscribe(Call({})).status(), absl::InvalidArgumentError("hooks: none (want at least one)"));
  contract::SubscribeCall no_queue = Call({Path("")});
  no_queue.queue_size = 0;
  EXPECT_EQ(hub_.Subscribe(no_queue).status(), absl::InvalidArgumentError("queue_size: got 0, want 1 to 65536"));
}

TEST_F(SubscriptionHubTest, LimitsHowManyAreOpen) {
  auto one = hub_.Subscribe(Call({Path("")}));
  const auto two = hub_.Subscribe(Call({Path("")}));
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_EQ(hub_.Subscribe(Call({Path("")})).status(),
            absl::ResourceExhaustedError("subscriptions: too many are open (want at most 2)"));
  one->reset();
  EXPECT_TRUE(hub_.Subscribe(Call({Path("")})).ok());
}

TEST_F(SubscriptionHubTest, ListsWhatIsOpenWithItsCounts) {
  contract::SubscribeCall call = Call({Glob("*")});
  call.queue_size = 1;
  const auto subscription = hub_.Subscribe(call);
  ASSERT_TRUE(subscription.ok());
  const auto queue = hub_.InterestIn({"m", "1"}, *root_)->at(0).queue;
  for (int i = 0; i < 3; ++i) queue->Push(std::make_shared<contract::HookEvent>());
  ASSERT_TRUE((*subscription)->Next(absl::InfinitePast())->has_value());
  queue->Push(std::make_shared<contract::HookEvent>());

  const auto list = *hub_.ListSubscriptions();
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].id, (*subscription)->id());
  EXPECT_EQ(list[0].model, (contract::ModelRef{"m", ""}));
  EXPECT_THAT(list[0].hooks, ElementsAre(Glob("*")));
  EXPECT_EQ(list[0].delivered, 1u);
  EXPECT_EQ(list[0].dropped, 2u);
  EXPECT_EQ(list[0].queued, 1u);
}

TEST_F(SubscriptionHubTest, EndsAReaderThatWaitsWhenItIsCancelledOrClosed) {
  const auto one = hub_.Subscribe(Call({Path("")}));
  const auto two = hub_.Subscribe(Call({Path("")}));
  ASSERT_TRUE(one.ok() && two.ok());
  std::thread canceller([&] { (*one)->Cancel(); });
  EXPECT_EQ((*one)->Next(absl::InfiniteFuture()).status().code(), absl::StatusCode::kCancelled);
  canceller.join();
  std::thread closer([&] { hub_.CloseAll(absl::UnavailableError("shutting down")); });
  EXPECT_EQ((*two)->Next(absl::InfiniteFuture()).status().code(), absl::StatusCode::kUnavailable);
  closer.join();
  EXPECT_EQ(hub_.Subscribe(Call({Path("")})).status(), absl::UnavailableError("shutting down"));
  EXPECT_EQ(hub_.InterestIn({"m", "1"}, *root_), nullptr);
}

TEST_F(SubscriptionHubTest, SurvivesSubscribersThatComeAndGoWhileModelsRun) {
  std::vector<std::thread> subscribers;
  for (int i = 0; i < 2; ++i) {
    subscribers.emplace_back([&] {
      for (int j = 0; j < 200; ++j) {
        const auto subscription = hub_.Subscribe(Call({Glob("**")}));
        if (!subscription.ok()) continue;
        EXPECT_TRUE((*subscription)->Next(absl::InfinitePast()).ok());
      }
    });
  }
  for (int i = 0; i < 400; ++i) {
    const auto interest = hub_.InterestIn({"m", "1"}, *root_);
    if (interest == nullptr) continue;
    for (const Watch& watch : *interest) watch.queue->Push(std::make_shared<contract::HookEvent>());
  }
  for (std::thread& subscriber : subscribers) subscriber.join();
  EXPECT_TRUE(hub_.ListSubscriptions()->empty());
}

}  // namespace
}  // namespace moduled::server
