// The threads that answer connections, a connection each. While all are busy the next one waits where the system keeps
// those that nobody has accepted: what has not been accepted costs this process nothing.
#pragma once

#include <httplib.h>

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace moduled::server {

// Thread-safe.
class ConnectionPool final : public httplib::TaskQueue {
 public:
  explicit ConnectionPool(int threads);
  ~ConnectionPool() override { shutdown(); }

  // Waits for a thread.
  void enqueue(std::function<void()> connection) override;
  // Answers what was accepted.
  void shutdown() override;

 private:
  void Run();
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || !accepted_.empty(); }
  bool HasThread() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || idle_ > accepted_.size(); }

  absl::Mutex mutex_;
  std::deque<std::function<void()>> accepted_ ABSL_GUARDED_BY(mutex_);
  size_t idle_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace moduled::server
