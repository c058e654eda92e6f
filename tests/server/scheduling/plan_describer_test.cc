#include "server/scheduling/plan_describer.h"

#include <stop_token>

#include "absl/synchronization/notification.h"
#include "tests/server/scheduling/local_inference_fixture.h"

namespace moduled::server {
namespace {

class PlanDescriberTest : public LocalInferenceTest {
 protected:
  // Keeps the one executor busy until it is let go.
  void Block() {
    scheduler_.Submit({.context = {},
                       .run =
                           [this](const ComputeShare&) {
                             started_.Notify();
                             release_.WaitForNotification();
                           },
                       .refuse = [](absl::Status status) { FAIL() << status; }});
    started_.WaitForNotification();
  }
  // The answer, as soon as it is there.
  struct Answer {
    absl::StatusOr<contract::PlanReply> reply = absl::UnknownError("none yet");
    absl::Notification done;
  };
  void Describe(contract::PlanCall call, Answer& answer) {
    plans_.Describe(std::move(call), [&answer](absl::StatusOr<contract::PlanReply> reply) {
      answer.reply = std::move(reply);
      answer.done.Notify();
    });
  }

  PlanDescriber plans_{store_, scheduler_};
  absl::Notification started_;
  absl::Notification release_;
};

TEST_F(PlanDescriberTest, WaitsForItsTurnAndIsRefusedWhereTheQueueIsFull) {
  Block();
  Answer waiting;
  Answer refused;
  Describe({.model = {"tiny", ""}}, waiting);
  EXPECT_FALSE(waiting.done.HasBeenNotified());
  Describe({.model = {"tiny", ""}}, refused);
  ASSERT_TRUE(refused.done.HasBeenNotified()) << "at once";
  EXPECT_EQ(refused.reply.status().code(), absl::StatusCode::kResourceExhausted);
  release_.Notify();
  waiting.done.WaitForNotification();
  EXPECT_TRUE(waiting.reply.ok()) << waiting.reply.status();
}

TEST_F(PlanDescriberTest, RunsForNobodyWhoLeftWhileItWaited) {
  Block();
  std::stop_source caller;
  contract::PlanCall call{.model = {"tiny", ""}};
  call.context.cancelled = caller.get_token();
  Answer answer;
  Describe(std::move(call), answer);
  caller.request_stop();
  release_.Notify();
  answer.done.WaitForNotification();
  EXPECT_EQ(answer.reply.status().code(), absl::StatusCode::kCancelled);
}

TEST_F(PlanDescriberTest, IsRefusedWhileTheServerShutsDown) {
  scheduler_.Drain();
  Answer answer;
  Describe({.model = {"tiny", ""}}, answer);
  answer.done.WaitForNotification();
  EXPECT_EQ(answer.reply.status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(PlanDescriberTest, UsesOneThreadWhereMoreWouldNotGain) {
  // Loaded for two shares of threads, the model knows what it costs: less than it takes to wake a thread.
  store_.SetReady(*LoadedModel::Load(directory_.Open(), "tiny", 1, {.thread_shares = {2, 1}}));
  Scheduler scheduler({.threads = 2, .max_queue = 1});
  PlanDescriber plans(store_, scheduler);
  for (const uint32_t threads : {0, 1, 2}) {
    absl::Notification done;
    plans.Describe({.model = {"tiny", ""}, .threads = threads}, [&](absl::StatusOr<contract::PlanReply> reply) {
      ASSERT_TRUE(reply.ok()) << reply.status();
      EXPECT_EQ(reply->threads, threads == 0 ? 1 : threads);
      done.Notify();
    });
    done.WaitForNotification();
  }
}

}  // namespace
}  // namespace moduled::server
