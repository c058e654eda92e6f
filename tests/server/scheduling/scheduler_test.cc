#include "server/scheduling/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
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
            .run =
                [this](const ComputeShare& share) {
                  threads_ = share.threads;
                  End(absl::OkStatus());
                },
            .refuse = [this](absl::Status status) { End(std::move(status)); }};
  }
  absl::Status Wait() {
    ended_.WaitForNotification();
    return status_;
  }
  bool ended() const { return ended_.HasBeenNotified(); }
  // That it ran on, once it has.
  int threads() const { return threads_; }

 private:
  void End(absl::Status status) {
    status_ = std::move(status);
    ended_.Notify();
  }
  absl::Status status_;
  int threads_ = 0;
  absl::Notification ended_;
};

// Keeps an executor, and all threads or as many as it is told, busy until it is let go.
class Blocker {
 public:
  explicit Blocker(Scheduler& scheduler, std::optional<int> threads = std::nullopt) {
    scheduler.Submit({.context = {},
                      .run =
                          [this](const ComputeShare& share) {
                            threads_ = share.threads;
                            started_.Notify();
                            release_.WaitForNotification();
                            done_.Notify();
                          },
                      .refuse = [](absl::Status status) { FAIL() << status; },
                      .threads = threads});
    started_.WaitForNotification();
  }
  int threads() const { return threads_; }
  ~Blocker() { Release(); }
  void Release() {
    if (!release_.HasBeenNotified()) release_.Notify();
    done_.WaitForNotification();
  }

 private:
  int threads_ = 0;
  absl::Notification started_;
  absl::Notification release_;
  absl::Notification done_;
};

TEST(Scheduler, RunsWhatItAdmits) {
  Scheduler scheduler({.threads = 2, .max_queue = 100});
  std::vector<Probe> probes(50);
  for (Probe& probe : probes) scheduler.Submit(probe.Job());
  for (Probe& probe : probes) EXPECT_TRUE(probe.Wait().ok());
}

TEST(Scheduler, RunsCallsThatWaitSideBySide) {
  Scheduler scheduler({.threads = 3, .max_queue = 10});
  auto blocker = std::make_unique<Blocker>(scheduler);
  // Each waits for the other two: one after the other this would never end.
  std::latch running(3);
  std::vector<Probe> probes(3);
  for (Probe& probe : probes) {
    Scheduler::Job job = probe.Job();
    job.run = [&running, run = std::move(job.run)](const ComputeShare& share) mutable {
      running.arrive_and_wait();
      std::move(run)(share);
    };
    scheduler.Submit(std::move(job));
  }
  EXPECT_EQ(scheduler.queued(), 3u) << "the first call has all threads";
  blocker.reset();
  for (Probe& probe : probes) {
    EXPECT_TRUE(probe.Wait().ok());
    EXPECT_EQ(probe.threads(), 1);
  }
}

TEST(Scheduler, GivesAllThreadsToACallThatIsAlone) {
  Scheduler scheduler({.threads = 4, .max_queue = 10});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Blocker(scheduler).threads(), 4);
}

TEST(Scheduler, RunsCallsThatDoNotGainByThreadsOnOneEachSideBySide) {
  Scheduler scheduler({.threads = 2, .max_queue = 10});
  std::latch running(2);
  std::vector<Probe> probes(2);
  for (Probe& probe : probes) {
    Scheduler::Job job = probe.Job();
    job.gains_by_threads = false;
    job.run = [&running, run = std::move(job.run)](const ComputeShare& share) mutable {
      running.arrive_and_wait();
      std::move(run)(share);
    };
    scheduler.Submit(std::move(job));
  }
  for (Probe& probe : probes) {
    EXPECT_TRUE(probe.Wait().ok());
    EXPECT_EQ(probe.threads(), 1);
  }
}

TEST(Scheduler, DividesTheThreadsBetweenThoseThatRunAndWait) {
  Scheduler scheduler({.threads = 4, .max_queue = 10});
  auto first = std::make_unique<Blocker>(scheduler, 2);
  Blocker second(scheduler);
  EXPECT_EQ(second.threads(), 2) << "half of four, beside one that runs";
  Probe third;
  scheduler.Submit(third.Job());
  EXPECT_EQ(scheduler.queued(), 1u) << "there are no threads left";
  first.reset();
  EXPECT_TRUE(third.Wait().ok());
  EXPECT_EQ(third.threads(), 2);
}

TEST(Scheduler, NeverLetsMoreThreadsComputeThanThereAre) {
  constexpr int kThreads = 4;
  Scheduler scheduler({.threads = kThreads, .max_queue = 1000});
  std::atomic<int> computing = 0;
  std::atomic<int> most = 0;
  std::vector<Probe> probes(300);
  for (size_t i = 0; i < probes.size(); ++i) {
    Scheduler::Job job = probes[i].Job();
    if (i % 7 == 0) job.threads = 1 + static_cast<int>(i) % kThreads;
    job.run = [&, run = std::move(job.run)](const ComputeShare& share) mutable {
      const int now = computing += share.threads;
      for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
      }
      computing -= share.threads;
      std::move(run)(share);
    };
    scheduler.Submit(std::move(job));
  }
  for (Probe& probe : probes) EXPECT_TRUE(probe.Wait().ok());
  EXPECT_LE(most, kThreads);
  EXPECT_GT(most, 0);
}

TEST(Scheduler, WaitsForTheThreadsThatACallMustHave) {
  Scheduler scheduler({.threads = 2, .max_queue = 10});
  auto blocker = std::make_unique<Blocker>(scheduler, 1);
  Probe wide, behind;
  Scheduler::Job job = wide.Job();
  job.threads = 2;
  scheduler.Submit(std::move(job));
  scheduler.Submit(behind.Job());
  EXPECT_EQ(scheduler.queued(), 2u) << "nobody overtakes it";
  blocker.reset();
  EXPECT_TRUE(wide.Wait().ok());
  EXPECT_EQ(wide.threads(), 2);
  EXPECT_TRUE(behind.Wait().ok());
}

TEST(Scheduler, GivesTheMemoryOfWorkspacesBackNowOrWhenACallHasEnded) {
  Scheduler scheduler({.threads = 2, .max_queue = 10});
  size_t before = 0;
  size_t after = 0;
  size_t during = 0;
  const auto run = [&](absl::AnyInvocable<void(nn::Workspace&)> use) {
    absl::Notification done;
    scheduler.Submit({.context = {},
                      .run =
                          [&](const ComputeShare& share) {
                            use(share.workspace);
                            done.Notify();
                          },
                      .refuse = [](absl::Status status) { FAIL() << status; }});
    done.WaitForNotification();
  };
  run([&](nn::Workspace& workspace) { workspace.Reserve(1000); });
  run([&](nn::Workspace& workspace) {
    before = workspace.capacity();
    scheduler.ReleaseWorkspaces();
    during = workspace.capacity();
  });
  run([&](nn::Workspace& workspace) { after = workspace.capacity(); });
  EXPECT_GE(before, 1000u);
  EXPECT_EQ(during, before) << "a call that runs keeps its memory to its end";
  EXPECT_EQ(after, 0u);
  run([&](nn::Workspace& workspace) { workspace.Reserve(1000); });
  scheduler.ReleaseWorkspaces();
  run([&](nn::Workspace& workspace) { after = workspace.capacity(); });
  EXPECT_EQ(after, 0u);
}

TEST(Scheduler, RefusesAtOnceWhenTheQueueIsFullAndRecovers) {
  Scheduler scheduler({.threads = 1, .max_queue = 2});
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
  Scheduler scheduler({.threads = 1, .max_queue = 10});
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
  Scheduler scheduler({.threads = 1, .max_queue = 10});
  Probe probe;
  scheduler.Submit(probe.Job({.deadline = absl::InfinitePast(), .cancelled = {}}));
  EXPECT_EQ(probe.Wait().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(Scheduler, GivesThePlaceOfACallThatNobodyWaitsForToANewOne) {
  Scheduler scheduler({.threads = 1, .max_queue = 1});
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
  Scheduler scheduler({.threads = 1, .max_queue = 10});
  Blocker blocker(scheduler);
  Probe before, after;
  scheduler.Submit(before.Job());
  scheduler.Drain();
  scheduler.Submit(after.Job());
  EXPECT_EQ(after.Wait(), absl::UnavailableError("the server is shutting down"));
  blocker.Release();
  EXPECT_TRUE(before.Wait().ok());
}

// Under ThreadSanitizer this is where races would show: callers come, go and are late while calls run alone and as one.
TEST(Scheduler, AnswersEveryCallOnceWhileCallersComeAndGo) {
  constexpr int kCallers = 4;
  constexpr int kCalls = 250;
  Scheduler scheduler({.threads = 2, .max_queue = 16});
  std::atomic<int> answers = 0;
  const int model = 0;
  const auto call = [&](int i) {
    std::stop_source caller;
    Scheduler::Job job;
    job.context.cancelled = caller.get_token();
    if (i % 5 == 0) job.context.deadline = absl::Now() + absl::Microseconds(i);
    job.terms = {.model = &model, .priority = static_cast<uint64_t>(1 + i % 2), .max_running = i % 3};
    job.run = [&](const ComputeShare&) { ++answers; };
    job.refuse = [&](absl::Status) { ++answers; };
    if (i % 4 != 0) {
      job.together.emplace();
      job.together->max_rows = 8;
      job.together->fit = [](const void*, const void*) { return true; };
      job.together->run = [&](std::vector<Scheduler::Job> others, const ComputeShare&) {
        answers += 1 + static_cast<int>(others.size());
      };
    }
    scheduler.Submit(std::move(job));
    if (i % 3 == 0) caller.request_stop();
  };
  std::vector<std::thread> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&] {
      for (int i = 0; i < kCalls; ++i) call(i);
    });
  }
  for (std::thread& caller : callers) caller.join();
  while (answers < kCallers * kCalls) std::this_thread::yield();
  EXPECT_EQ(answers, kCallers * kCalls);
  EXPECT_EQ(scheduler.queued(), 0u);
}

TEST(Scheduler, AnswersEveryCallWhenItGoes) {
  auto scheduler = std::make_unique<Scheduler>(SchedulerOptions{.threads = 1, .max_queue = 10});
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
