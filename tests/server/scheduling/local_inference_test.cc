#include "server/scheduling/local_inference.h"

#include <stop_token>

#include "absl/synchronization/notification.h"
#include "tests/server/scheduling/local_inference_fixture.h"

namespace moduled::server {
namespace {

using contract::Hook;
using contract::HookKind;
using contract::SelectorKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Hook kEverything = {SelectorKind::kGlob, "**", HookKind::kForward};

TEST_F(LocalInferenceTest, AnswersTheOutputAndWhoMadeIt) {
  const auto reply = Forward(Call("tiny"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->model, (contract::ModelRef{"tiny", "1"}));
  EXPECT_EQ(reply->output.As<nn::Tensor>()->shape(), (nn::Shape{1, 2}));
  EXPECT_FALSE(reply->request_id.empty());
  EXPECT_NE(reply->request_id, Forward(Call("tiny"))->request_id);
  EXPECT_THAT(reply->events, IsEmpty());
}

TEST_F(LocalInferenceTest, EchoesTheRequestsOwnName) {
  contract::ForwardCall call = Call("tiny", {kEverything});
  call.request_id = "mine";
  const auto reply = Forward(std::move(call));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->request_id, "mine");
  EXPECT_EQ(reply->events.at(0).request_id, "mine");
  contract::ForwardCall long_named = Call("tiny");
  long_named.request_id = std::string(257, 'x');
  EXPECT_EQ(Forward(std::move(long_named)).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(LocalInferenceTest, ListsEventsInFiringOrderAndOnceForEachModule) {
  const auto reply = Forward(Call("tiny", {kEverything,
                                           {SelectorKind::kPath, "0", HookKind::kForwardPre},
                                           {SelectorKind::kType, "Linear", HookKind::kForward}}));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(PathsOf(reply->events), ElementsAre("0", "0", "1", ""));
  const contract::HookEvent& before = reply->events[0];
  EXPECT_EQ(before.kind, HookKind::kForwardPre);
  EXPECT_FALSE(before.output.has_value());
  EXPECT_THAT(before.inputs.at(0).As<nn::Tensor>()->elements<float>(), ElementsAre(1, 2, 3));
  const contract::HookEvent& last = reply->events[3];
  EXPECT_EQ(last.type, "Sequential");
  EXPECT_EQ(last.replica, "r1");
  EXPECT_EQ(last.sequence, 3u);
  EXPECT_EQ(last.output->As<nn::Tensor>()->bytes(), reply->output.As<nn::Tensor>()->bytes());
  EXPECT_THAT(reply->unfired, IsEmpty());
}

TEST_F(LocalInferenceTest, CallsASharedModuleByItsFirstNameAndSaysHowItWasCalled) {
  const auto reply = Forward(Call("shared", {{SelectorKind::kPath, "b", HookKind::kForward}}));
  ASSERT_TRUE(reply.ok()) << reply.status();
  ASSERT_THAT(PathsOf(reply->events), ElementsAre("a", "a"));
  EXPECT_EQ(reply->events[0].called_as, "a");
  EXPECT_EQ(reply->events[0].call_index, 0u);
  EXPECT_EQ(reply->events[1].called_as, "b");
  EXPECT_EQ(reply->events[1].call_index, 1u);
}

TEST_F(LocalInferenceTest, SaysWhichHooksDidNotFireAndWhy) {
  const auto reply = Forward(Call("shared", {{SelectorKind::kPath, "idle", HookKind::kForward},
                                             {SelectorKind::kGlob, "list**", HookKind::kForward},
                                             {SelectorKind::kType, "Conv2d", HookKind::kForward},
                                             {SelectorKind::kPath, "a", HookKind::kForward}}));
  ASSERT_TRUE(reply.ok()) << reply.status();
  ASSERT_EQ(reply->unfired.size(), 4u);
  EXPECT_EQ(reply->unfired[0].path, "idle");
  EXPECT_EQ(reply->unfired[0].reason, "the forward did not call it");
  EXPECT_EQ(reply->unfired[1].path, "list");
  EXPECT_EQ(reply->unfired[1].reason, "the module has no forward, so it is never called");
  EXPECT_EQ(reply->unfired[2].path, "list.0");
  EXPECT_EQ(reply->unfired[3].path, "");
  EXPECT_EQ(reply->unfired[3].reason, "hooks[2].type: no module is of type \"Conv2d\"");
}

TEST_F(LocalInferenceTest, RefusesAPathThatTheModelDoesNotHave) {
  const absl::Status status = Forward(Call("shared", {{SelectorKind::kPath, "idl", HookKind::kForward}})).status();
  EXPECT_EQ(status, absl::NotFoundError("hooks[0].path: the model has no module \"idl\"; did you mean \"idle\"?"));
}

TEST_F(LocalInferenceTest, RefusesModelsAndArgumentsThatAreNotGood) {
  EXPECT_EQ(Forward(Call("tin")).status(), absl::NotFoundError("model \"tin\": not loaded; did you mean \"tiny\"?"));
  contract::ForwardCall call = Call("tiny");
  call.arguments.args = {nn::Datum(nn::Tensor::Of<float>({1, 4}, {1, 2, 3, 4}))};
  EXPECT_EQ(Forward(std::move(call)).status(),
            absl::InvalidArgumentError("inputs[0] (\"x\"): wrong shape (got float32[1, 4], want float32[-1, 3])"));
  contract::ForwardCall none = Call("tiny");
  none.arguments.args.clear();
  EXPECT_EQ(Forward(std::move(none)).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(LocalInferenceTest, StreamsEventsBeforeItIsDone) {
  std::vector<std::string> paths;
  absl::Notification done;
  inference_.ForwardStream(
      Call("tiny", {kEverything}),
      [&](contract::HookEvent event) {
        EXPECT_FALSE(done.HasBeenNotified());
        paths.push_back(event.path);
      },
      [&](absl::StatusOr<contract::ForwardReply> reply) {
        EXPECT_TRUE(reply.ok()) << reply.status();
        EXPECT_THAT(reply->events, IsEmpty());
        done.Notify();
      });
  done.WaitForNotification();
  EXPECT_THAT(paths, ElementsAre("0", "1", ""));
}

TEST_F(LocalInferenceTest, StopsARunWhoseCallerGoesWhileItRuns) {
  std::stop_source cancelled;
  contract::ForwardCall call = Call("tiny", {kEverything});
  call.context.cancelled = cancelled.get_token();
  absl::Status ended;
  int events = 0;
  absl::Notification done;
  inference_.ForwardStream(
      std::move(call),
      [&](contract::HookEvent) {
        ++events;
        cancelled.request_stop();
      },
      [&](absl::StatusOr<contract::ForwardReply> reply) {
        ended = reply.status();
        done.Notify();
      });
  done.WaitForNotification();
  EXPECT_EQ(ended.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(events, 1) << "the step after the first event did not run";
}

TEST_F(LocalInferenceTest, LimitsWhatTheHooksOfOneCallMaySee) {
  contract::ForwardCall call = Call("tiny", {kEverything});
  call.arguments.args = {nn::Datum(*nn::Tensor::Zeros({nn::DType::kFloat32, {1000, 3}}))};
  const absl::Status status = Forward(std::move(call)).status();
  EXPECT_EQ(status,
            absl::ResourceExhaustedError("hooks: their values take more than 8000 bytes (at 0); select fewer modules"));
  contract::ForwardCall without = Call("tiny");
  without.arguments.args = {nn::Datum(*nn::Tensor::Zeros({nn::DType::kFloat32, {1000, 3}}))};
  EXPECT_TRUE(Forward(std::move(without)).ok());
}

TEST_F(LocalInferenceTest, RefusesAtOnceWhenTheQueueIsFull) {
  absl::Notification started, release;
  scheduler_.Submit({.context = {},
                     .run =
                         [&](const ComputeShare&) {
                           started.Notify();
                           release.WaitForNotification();
                         },
                     .refuse = [](absl::Status status) { FAIL() << status; }});
  started.WaitForNotification();
  absl::Notification waited;
  inference_.Forward(Call("tiny"), [&](absl::StatusOr<contract::ForwardReply> reply) {
    EXPECT_TRUE(reply.ok()) << reply.status();
    waited.Notify();
  });
  EXPECT_EQ(Forward(Call("tiny")).status().code(), absl::StatusCode::kResourceExhausted);
  release.Notify();
  waited.WaitForNotification();
}

TEST_F(LocalInferenceTest, TellsSubscribersWhatRequestsOfOthersShow) {
  const auto subscription = hub_.Subscribe({.model = {"tiny", ""}, .hooks = {{SelectorKind::kPath, "1"}}});
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  const auto reply = Forward(Call("tiny", {{SelectorKind::kPath, "0", HookKind::kForward}}));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(PathsOf(reply->events), ElementsAre("0")) << "a subscriber's events are not the request's";
  const auto event = (*subscription)->Next(absl::InfiniteFuture());
  ASSERT_TRUE(event.ok() && event->has_value());
  EXPECT_EQ((*event)->path, "1");
  EXPECT_EQ((*event)->request_id, reply->request_id);
  EXPECT_FALSE((*subscription)->Next(absl::InfinitePast())->has_value());
}

TEST_F(LocalInferenceTest, IsNotHeldUpByASubscriberThatNeverReads) {
  contract::SubscribeCall call{.model = {"tiny", ""}, .hooks = {kEverything}, .queue_size = 2};
  const auto subscription = hub_.Subscribe(call);
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(Forward(Call("tiny")).ok());
  const auto info = hub_.ListSubscriptions()->at(0);
  EXPECT_EQ(info.queued, 2u);
  EXPECT_EQ(info.dropped, 298u);
}

}  // namespace
}  // namespace moduled::server
