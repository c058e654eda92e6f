#include "server/scheduling/scheduler.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace moduled::server {
namespace {

// OK as long as somebody waits for the call.
absl::Status CheckContext(const contract::CallContext& context) {
  if (context.cancelled.stop_requested()) return absl::CancelledError("the call was cancelled before the model ran");
  if (context.deadline != absl::InfiniteFuture() && absl::Now() >= context.deadline) {
    return absl::DeadlineExceededError("the deadline passed before the model ran");
  }
  return absl::OkStatus();
}

}  // namespace

Scheduler::Scheduler(SchedulerOptions options) : options_(options) {
  for (int i = 0; i < std::max(options_.executors, 1); ++i) executors_.emplace_back([this] { Execute(); });
}

Scheduler::~Scheduler() {
  std::deque<Job> left;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    left.swap(queue_);
  }
  for (Job& job : left) std::move(job.refuse)(absl::UnavailableError("the server is shutting down"));
  for (std::thread& executor : executors_) executor.join();
}

void Scheduler::Submit(Job job) {
  absl::Status refusal = CheckContext(job.context);
  std::vector<std::pair<Job, absl::Status>> dead;
  if (refusal.ok()) {
    absl::MutexLock lock(&mutex_);
    if (queue_.size() >= options_.max_queue) dead = TakeDead();
    if (draining_ || stopping_) {
      refusal = absl::UnavailableError("the server is shutting down");
    } else if (queue_.size() >= options_.max_queue) {
      refusal = absl::ResourceExhaustedError(
          absl::StrCat("the queue is full (", options_.max_queue, " calls wait); try again later"));
    } else {
      queue_.push_back(std::move(job));
    }
  }
  for (auto& [each, status] : dead) std::move(each.refuse)(std::move(status));
  if (!refusal.ok()) std::move(job.refuse)(std::move(refusal));
}

std::vector<std::pair<Scheduler::Job, absl::Status>> Scheduler::TakeDead() {
  std::vector<std::pair<Job, absl::Status>> dead;
  std::deque<Job> alive;
  for (Job& job : queue_) {
    // Asked once: the clock may be set back between two looks at it.
    absl::Status status = CheckContext(job.context);
    if (status.ok()) {
      alive.push_back(std::move(job));
    } else {
      dead.emplace_back(std::move(job), std::move(status));
    }
  }
  queue_ = std::move(alive);
  return dead;
}

void Scheduler::Drain() {
  absl::MutexLock lock(&mutex_);
  draining_ = true;
}

size_t Scheduler::queued() const {
  absl::MutexLock lock(&mutex_);
  return queue_.size();
}

void Scheduler::Execute() {
  nn::Workspace workspace;
  while (true) {
    Job job;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &Scheduler::HasWork));
      if (stopping_) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    if (absl::Status status = CheckContext(job.context); !status.ok()) {
      std::move(job.refuse)(std::move(status));
    } else {
      std::move(job.run)(workspace);
    }
  }
}

}  // namespace moduled::server
