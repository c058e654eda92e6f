#include <stop_token>

#include "absl/synchronization/notification.h"
#include "tests/contract/suite/contract_test.h"

namespace moduled::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Hook kEverything = {SelectorKind::kGlob, "**", HookKind::kForward};

TEST_P(ContractTest, RunsAModelAndShowsWhatItsHooksSaw) {
  ForwardCall call = Call("shared", {kEverything, {SelectorKind::kPath, "b", HookKind::kForwardPre}});
  call.request_id = "mine";
  const auto reply = Forward(std::move(call));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->model, (ModelRef{"shared", "1"}));
  EXPECT_EQ(reply->request_id, "mine");
  EXPECT_EQ(reply->output.As<nn::Tensor>()->shape(), (nn::Shape{1, 3}));
  ASSERT_THAT(PathsOf(reply->events), ElementsAre("a", "a", "a", "a", ""));
  EXPECT_EQ(reply->events[0].kind, HookKind::kForwardPre);
  EXPECT_THAT(reply->events[0].inputs.at(0).As<nn::Tensor>()->elements<float>(), ElementsAre(1, 2, 3));
  EXPECT_EQ(reply->events[3].called_as, "b");
  EXPECT_EQ(reply->events[3].call_index, 1u);
  EXPECT_EQ(reply->events[3].sequence, 3u);
  EXPECT_EQ(reply->events[4].output->As<nn::Tensor>()->bytes(), reply->output.As<nn::Tensor>()->bytes());
  EXPECT_THAT(PathsOf(reply->unfired), ElementsAre("idle", "list", "list.0"));
  EXPECT_EQ(reply->unfired[0].hook, kEverything);
}

TEST_P(ContractTest, TakesArgumentsByName) {
  ForwardCall call = Call("shared");
  call.arguments.kwargs = {{"x", call.arguments.args[0]}};
  call.arguments.args.clear();
  const auto by_name = Forward(std::move(call));
  ASSERT_TRUE(by_name.ok()) << by_name.status();
  EXPECT_EQ(by_name->output.As<nn::Tensor>()->bytes(), Forward(Call("shared"))->output.As<nn::Tensor>()->bytes());
}

TEST_P(ContractTest, StreamsEventsInFiringOrderBeforeTheReply) {
  std::vector<std::string> paths;
  absl::StatusOr<ForwardReply> ended;
  absl::Notification done;
  service_->inference().ForwardStream(
      Call("tiny", {kEverything}), [&](HookEvent event) { paths.push_back(event.path); },
      [&](absl::StatusOr<ForwardReply> reply) {
        ended = std::move(reply);
        done.Notify();
      });
  done.WaitForNotification();
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_THAT(paths, ElementsAre("0", "1", ""));
  EXPECT_TRUE(ended->events.empty());
  EXPECT_NE(ended->output.As<nn::Tensor>(), nullptr);
}

TEST_P(ContractTest, EndsACallWhoseCallerHasGoneOrWhoseTimeIsUp) {
  std::stop_source cancelled;
  cancelled.request_stop();
  ForwardCall gone = Call("tiny");
  gone.context.cancelled = cancelled.get_token();
  EXPECT_EQ(Forward(std::move(gone)).status().code(), absl::StatusCode::kCancelled);
  ForwardCall late = Call("tiny");
  late.context.deadline = absl::UnixEpoch();
  EXPECT_EQ(Forward(std::move(late)).status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_P(ContractTest, RefusesArgumentsThatDoNotFitInTheSameWords) {
  ForwardCall call = Call("tiny");
  call.arguments.args = {nn::Datum(nn::Tensor::Of<double>({1, 3}, {1, 2, 3}))};
  EXPECT_EQ(Forward(std::move(call)).status(),
            absl::InvalidArgumentError("inputs[0] (\"x\"): wrong type (got float64[1, 3], want float32[-1, 3])"));
  EXPECT_THAT(std::string(Forward(Call("tiny", {{SelectorKind::kPath, "2", HookKind::kForward}})).status().message()),
              HasSubstr("hooks[0].path: the model has no module \"2\""));
}

}  // namespace
}  // namespace moduled::contract
