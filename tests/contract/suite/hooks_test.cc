#include <thread>

#include "tests/contract/suite/contract_test.h"

namespace moduled::contract {
namespace {

using ::testing::ElementsAre;

SubscribeCall Watching(const std::string& model, const std::string& path) {
  return {.model = {model, ""}, .hooks = {{SelectorKind::kPath, path, HookKind::kForward}}};
}

TEST_P(ContractTest, SubscribersSeeWhatRequestsOfOthersShow) {
  const auto subscription = hooks().Subscribe(Watching("shared", "b"));
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  EXPECT_THAT((*subscription)->paths(), ElementsAre("a"));
  const auto reply = Forward(Call("shared"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  for (uint64_t i = 0; i < 2; ++i) {
    const auto event = (*subscription)->Next(absl::InfiniteFuture());
    ASSERT_TRUE(event.ok() && event->has_value()) << event.status();
    EXPECT_EQ((*event)->request_id, reply->request_id);
    EXPECT_EQ((*event)->path, "a");
    EXPECT_EQ((*event)->call_index, i);
    EXPECT_EQ((*event)->sequence, i);
    EXPECT_EQ((*event)->replica, "test");
  }
}

TEST_P(ContractTest, ListsOpenSubscriptions) {
  const auto subscription = hooks().Subscribe(Watching("tiny", "0"));
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  const auto list = hooks().ListSubscriptions();
  ASSERT_TRUE(list.ok()) << list.status();
  ASSERT_EQ(list->size(), 1u);
  EXPECT_EQ((*list)[0].id, (*subscription)->id());
  EXPECT_EQ((*list)[0].model.name, "tiny");
  EXPECT_THAT((*list)[0].hooks, ElementsAre(Hook{SelectorKind::kPath, "0", HookKind::kForward}));
}

TEST_P(ContractTest, AnswersNothingWhileNothingHappens) {
  const auto subscription = hooks().Subscribe(Watching("tiny", "0"));
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  const auto event = (*subscription)->Next(absl::InfinitePast());
  ASSERT_TRUE(event.ok()) << event.status();
  EXPECT_FALSE(event->has_value());
}

TEST_P(ContractTest, CancellingEndsAReaderThatWaits) {
  const auto subscription = hooks().Subscribe(Watching("tiny", "0"));
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  std::thread canceller([&] { (*subscription)->Cancel(); });
  EXPECT_EQ((*subscription)->Next(absl::InfiniteFuture()).status().code(), absl::StatusCode::kCancelled);
  canceller.join();
  EXPECT_EQ((*subscription)->Next(absl::InfinitePast()).status().code(), absl::StatusCode::kCancelled);
}

TEST_P(ContractTest, DestroyingASubscriptionEndsIt) {
  auto subscription = hooks().Subscribe(Watching("tiny", "0"));
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  subscription->reset();
  while (!hooks().ListSubscriptions()->empty()) std::this_thread::yield();
}

TEST_P(ContractTest, RefusesSubscriptionsThatSelectNothing) {
  EXPECT_EQ(hooks().Subscribe(Watching("tiny", "7")).status(),
            absl::NotFoundError("hooks[0].path: the model has no module \"7\"; did you mean \"0\" or \"1\"?"));
  EXPECT_EQ(hooks().Subscribe(Watching("none", "")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(hooks().Subscribe({.model = {"tiny", ""}, .hooks = {}}).status(),
            absl::InvalidArgumentError("hooks: none (want at least one)"));
}

}  // namespace
}  // namespace moduled::contract
