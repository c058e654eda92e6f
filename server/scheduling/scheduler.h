// Admission and executors: a bounded queue, and a fixed number of threads that its calls are handed to.
//
// A call is admitted or refused at once. While it waits its deadline and its caller are watched: one that nobody waits
// for any more is answered then, and gives its place to a new one. When its turn comes it gets some of the compute
// threads for itself: see thread_budget.h; and calls that may run as one with it come along: see job.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "nn/plan/workspace.h"
#include "server/scheduling/call_queue.h"
#include "server/scheduling/job.h"
#include "server/scheduling/thread_budget.h"

namespace moduled::server {

struct SchedulerOptions {
  int threads = 1;         // That compute, of all calls together; so many calls may run at once.
  size_t max_queue = 256;  // Calls that may wait.
};

// Thread-safe.
class Scheduler {
 public:
  using Job = server::Job;

  explicit Scheduler(SchedulerOptions options);
  // Refuses what waits, finishes what runs.
  ~Scheduler();

  // Refuses with RESOURCE_EXHAUSTED when the queue is full, UNAVAILABLE after Drain, and DEADLINE_EXCEEDED or CANCELLED
  // when the call's context says so before its turn.
  void Submit(Job job);

  // Runs the server's own work on so many threads, and waits for its end: not on an executor. Answers what it answered,
  // or why it was refused.
  absl::Status RunAndWait(int threads, absl::FunctionRef<absl::Status(nn::Workspace&)> work);

  // From now on nothing is admitted. What waits and what runs goes on.
  void Drain();

  // Gives the memory of the workspaces back to the system: now, or when what runs in one has ended. They grow again.
  void ReleaseWorkspaces();

  // Threads that compute, of all calls together.
  int threads() const { return options_.threads; }
  // Calls that wait.
  size_t queued() const;

 private:
  // A thread, and the call that was handed to it. What the two need is the thread's own from its turn to its end.
  struct Executor {
    bool HasTurn() const { return threads > 0 || stopping; }

    int threads = 0;  // That its call has; 0: it is idle.
    std::optional<Job> job;
    nn::Workspace workspace;
    bool release_workspace = false;  // At the end of the call.
    bool stopping = false;
    std::thread thread;
  };

  void Run(Executor& executor);
  // False if there are no more turns.
  bool WaitForTurn(Executor& executor);
  // Hands calls that wait to idle executors, as far as there are threads.
  void Dispatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The threads for the call whose turn it is; 0 if there are none.
  int TakeThreads(const Job& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Those that run as one with it, once it has waited for them as long as it may.
  std::vector<Job> TakeCompanions(const Job& job);
  void End(Executor& executor) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Answers a call that waits, when its caller goes.
  void Watch(uint64_t number, const std::stop_token& cancelled);
  void Cancel(uint64_t number);
  // On a thread of its own: answers calls when their time is over.
  void Reap();
  bool IsReaperNeeded() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || next_death_ < reaper_sleeps_until_;
  }

  const SchedulerOptions options_;
  mutable absl::Mutex mutex_;
  CallQueue queue_ ABSL_GUARDED_BY(mutex_);
  absl::Time next_death_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();  // Of a call that waits; perhaps too early.
  absl::Time reaper_sleeps_until_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  ThreadBudget budget_ ABSL_GUARDED_BY(mutex_);
  size_t running_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<Executor> executors_ ABSL_GUARDED_BY(mutex_);  // As many as there are threads; they do not move.
  std::thread reaper_;
};

}  // namespace moduled::server
