#include "server/scheduling/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

namespace moduled::server {
namespace {

// A job whose end can be waited for: OK if it ran, or why it was refused.
class Probe {
 public:
  Scheduler::Job Job(contract::CallContext context = {}) {
    return {.context = std::move(context),
            .run = [this](nn::Workspace&) { End(absl::OkStatus()); },
            .refuse = [this](absl::Status status) { End(std::move(status)); }};
  }
  absl::Status Wait() {
    ended_.WaitForNotification();
    return status_;
  }
  bool ended() const { return ended_.HasBeenNotified(); }

 private:
  void End(absl::Status status) {
    status_ = std::move(status);
    ended_.Notify();
  }
  absl::Status status_;
  absl::Notification ended_;
};

// Keeps one executor busy until it is let go.
class Blocker {
 public:
  explicit Blocker(Scheduler& scheduler) {
    scheduler.Submit({.context = {},
                      .run =
                          [this](nn::Workspace&) {
                            started_.Notify();
                            release_.WaitForNotification();
                            done_.Notify();
                          },
                      .refuse = [](absl::Status status) { FAIL() << status; }});
    started_.WaitForNotification();
  }
  ~Blocker() { Release(); }
  void Release() {
    if (!release_.HasBeenNotified()) release_.Notify();
    done_.WaitForNotification();
  }

 private:
  absl::Notification started_;
  absl::Notification release_;
  absl::Notification done_;
};

TEST(Scheduler, RunsWhatItAdmits) {
  Scheduler scheduler({.executors = 2, .max_queue = 100});
  std::vector<Probe> probes(50);
  for (Probe& probe : probes) scheduler.Submit(probe.Job());
  for (Probe& probe : probes) EXPECT_TRUE(probe.Wait().ok());
}

TEST(Scheduler, RunsAsManyAtOnceAsItHasExecutors) {
  Scheduler scheduler({.executors = 3, .max_queue = 10});
  // Each waits for the other two: with fewer threads this would never end.
  std::latch running(3);
  std::vector<Probe> probes(3);
  for (Probe& probe : probes) {
    Scheduler::Job job = probe.Job();
    job.run = [&running, run = std::move(job.run)](nn::Workspace& workspace) mutable {
      running.arrive_and_wait();
      std::move(run)(workspace);
    };
    scheduler.Submit(std::move(job));
  }
  for (Probe& probe : probes) EXPECT_TRUE(probe.Wait().ok());
}

TEST(Scheduler, RefusesAtOnceWhenTheQueueIsFullAndRecovers) {
  Scheduler scheduler({.executors = 1, .max_queue = 2});
  Blocker blocker(scheduler);
  Probe one, two, three, later;
  scheduler.Submit(one.Job());
  scheduler.Submit(two.Job());
  scheduler.Submit(three.Job());
  ASSERT_TRUE(three.ended()) << "a refusal does not wait";
  EXPECT_EQ(three.Wait(), absl::ResourceExhaustedError("the queue is full (2 calls wait); try again later"));
  blocker.Release();
  EXPECT_TRUE(one.Wait().ok());
  EXPECT_TRUE(two.Wait().ok());
  scheduler.Submit(later.Job());
  EXPECT_TRUE(later.Wait().ok());
}

TEST(Scheduler, NeverRunsACallWhoseDeadlinePassedOrWhoseCallerWentWhileItWaited) {
  Scheduler scheduler({.executors = 1, .max_queue = 10});
  Blocker blocker(scheduler);
  std::stop_source cancelled;
  Probe late, gone;
  const absl::Time deadline = absl::Now() + absl::Milliseconds(1);
  scheduler.Submit(late.Job({.deadline = deadline, .cancelled = {}}));
  scheduler.Submit(gone.Job({.deadline = absl::InfiniteFuture(), .cancelled = cancelled.get_token()}));
  cancelled.request_stop();
  while (absl::Now() < deadline) std::this_thread::yield();
  blocker.Release();
  EXPECT_EQ(late.Wait().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(gone.Wait().code(), absl::StatusCode::kCancelled);
}

TEST(Scheduler, RefusesACallThatIsOverBeforeItCame) {
  Scheduler scheduler({.executors = 1, .max_queue = 10});
  Probe probe;
  scheduler.Submit(probe.Job({.deadline = absl::InfinitePast(), .cancelled = {}}));
  EXPECT_EQ(probe.Wait().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(Scheduler, GivesThePlaceOfACallThatNobodyWaitsForToANewOne) {
  Scheduler scheduler({.executors = 1, .max_queue = 1});
  Blocker blocker(scheduler);
  std::stop_source cancelled;
  Probe gone, fresh;
  scheduler.Submit(gone.Job({.deadline = absl::InfiniteFuture(), .cancelled = cancelled.get_token()}));
  cancelled.request_stop();
  scheduler.Submit(fresh.Job());
  ASSERT_TRUE(gone.ended());
  EXPECT_EQ(gone.Wait().code(), absl::StatusCode::kCancelled);
  blocker.Release();
  EXPECT_TRUE(fresh.Wait().ok());
}

TEST(Scheduler, FinishesWhatWaitsAndTakesNoMoreWhileDraining) {
  Scheduler scheduler({.executors = 1, .max_queue = 10});
  Blocker blocker(scheduler);
  Probe before, after;
  scheduler.Submit(before.Job());
  scheduler.Drain();
  scheduler.Submit(after.Job());
  EXPECT_EQ(after.Wait(), absl::UnavailableError("the server is shutting down"));
  blocker.Release();
  EXPECT_TRUE(before.Wait().ok());
}

TEST(Scheduler, AnswersEveryCallWhenItGoes) {
  auto scheduler = std::make_unique<Scheduler>(SchedulerOptions{.executors = 1, .max_queue = 10});
  auto blocker = std::make_unique<Blocker>(*scheduler);
  Probe waits;
  scheduler->Submit(waits.Job());
  std::thread destroyer([&] { scheduler.reset(); });
  EXPECT_EQ(waits.Wait(), absl::UnavailableError("the server is shutting down"));
  blocker.reset();
  destroyer.join();
}

}  // namespace
}  // namespace moduled::server
