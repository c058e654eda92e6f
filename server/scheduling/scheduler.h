// Admission and executors: a bounded queue, and a fixed number of threads that its calls are handed to.
//
// A call is admitted or refused at once. While it waits its deadline and its caller are watched: one that nobody waits
// for any more gives its place to a new one, and is never run. When its turn comes it gets some of the compute threads
// for itself: see thread_budget.h.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "nn/plan/workspace.h"
#include "proto/contract/call_context.h"
#include "server/scheduling/thread_budget.h"

namespace moduled::server {

struct SchedulerOptions {
  int threads = 1;         // That compute, of all calls together; so many calls may run at once.
  size_t max_queue = 256;  // Calls that may wait.
};

// What a call has for itself while it runs.
struct ComputeShare {
  int threads;  // It may compute on: the executor's own and those that OpenMP adds to it.
  nn::Workspace& workspace;
};

// Thread-safe.
class Scheduler {
 public:
  // Exactly one of the two is called, once: `run` on an executor, or `refuse` on any thread.
  struct Job {
    contract::CallContext context;
    absl::AnyInvocable<void(const ComputeShare&) &&> run;
    absl::AnyInvocable<void(absl::Status) &&> refuse;
    // Exactly so many, at most all. Absent: what is fair when its turn comes.
    std::optional<int> threads = {};
    // The server's own work is not kept out by the length of the queue.
    bool is_own_work = false;
    // False: one thread is enough, and the length of the run does not repay more.
    bool gains_by_threads = true;
  };

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
  // The threads for the first call that waits; 0 if there are none.
  int TakeThreads() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(Executor& executor) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Moves the calls that nobody waits for any more out of the queue, each with the reason.
  std::vector<std::pair<Job, absl::Status>> TakeDead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const SchedulerOptions options_;
  mutable absl::Mutex mutex_;
  std::deque<Job> queue_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  ThreadBudget budget_ ABSL_GUARDED_BY(mutex_);
  size_t running_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<Executor> executors_ ABSL_GUARDED_BY(mutex_);  // As many as there are threads; they do not move.
};

}  // namespace moduled::server
