// A thread that runs what it is given, in order: for what must not happen on gRPC's threads or on executors.
#pragma once

#include <deque>
#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace moduled::server {

class WorkerThread {
 public:
  using Task = absl::AnyInvocable<void() &&>;

  // With a period, `tick` runs whenever it has passed.
  explicit WorkerThread(absl::Duration period = absl::InfiniteDuration(), std::function<void()> tick = {});
  // Runs what was posted before.
  ~WorkerThread();

  // From any thread. Never waits for a task.
  void Post(Task task);

 private:
  void Run();
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || !tasks_.empty(); }

  const absl::Duration period_;
  const std::function<void()> tick_;
  absl::Mutex mutex_;
  std::deque<Task> tasks_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace moduled::server
