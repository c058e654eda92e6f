// Admission and executors: a bounded queue, and a fixed number of threads that take calls from it.
//
// A call is admitted or refused at once. While it waits its deadline and its caller are watched: one that nobody waits
// for any more gives its place to a new one, and is never run.
#pragma once

#include <cstddef>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "nn/plan/workspace.h"
#include "proto/contract/call_context.h"

namespace moduled::server {

struct SchedulerOptions {
  int executors = 1;       // Threads, each with a workspace.
  size_t max_queue = 256;  // Calls that may wait.
};

// Thread-safe.
class Scheduler {
 public:
  // Exactly one of the two is called, once: `run` on an executor, or `refuse` on any thread.
  struct Job {
    contract::CallContext context;
    absl::AnyInvocable<void(nn::Workspace&) &&> run;
    absl::AnyInvocable<void(absl::Status) &&> refuse;
  };

  explicit Scheduler(SchedulerOptions options);
  // Refuses what waits, finishes what runs.
  ~Scheduler();

  // Refuses with RESOURCE_EXHAUSTED when the queue is full, UNAVAILABLE after Drain, and DEADLINE_EXCEEDED or CANCELLED
  // when the call's context says so before its turn.
  void Submit(Job job);

  // From now on nothing is admitted. What waits and what runs goes on.
  void Drain();

  // Calls that wait.
  size_t queued() const;

 private:
  void Execute();
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || !queue_.empty(); }
  // Moves the calls that nobody waits for any more out of the queue, each with the reason.
  std::vector<std::pair<Job, absl::Status>> TakeDead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const SchedulerOptions options_;
  mutable absl::Mutex mutex_;
  std::deque<Job> queue_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> executors_;
};

}  // namespace moduled::server
