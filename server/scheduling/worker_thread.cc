#include "server/scheduling/worker_thread.h"

#include <utility>

#include "absl/time/clock.h"

namespace moduled::server {

WorkerThread::WorkerThread(absl::Duration period, std::function<void()> tick)
    : period_(period), tick_(std::move(tick)), thread_([this] { Run(); }) {}

WorkerThread::~WorkerThread() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void WorkerThread::Post(Task task) {
  absl::MutexLock lock(&mutex_);
  tasks_.push_back(std::move(task));
}

void WorkerThread::Run() {
  absl::Time next_tick = absl::Now() + period_;
  while (true) {
    Task task;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithDeadline(absl::Condition(this, &WorkerThread::HasWork), next_tick);
      if (!tasks_.empty()) {
        task = std::move(tasks_.front());
        tasks_.pop_front();
      } else if (stopping_) {
        return;
      }
    }
    if (task) std::move(task)();
    if (absl::Now() >= next_tick) {
      tick_();
      next_tick = absl::Now() + period_;
    }
  }
}

}  // namespace moduled::server
