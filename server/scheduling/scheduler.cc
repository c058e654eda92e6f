#include "server/scheduling/scheduler.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
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

void RunCall(Scheduler::Job job, const ComputeShare& share) {
  if (absl::Status status = CheckContext(job.context); !status.ok()) return std::move(job.refuse)(std::move(status));
  std::move(job.run)(share);
}

}  // namespace

Scheduler::Scheduler(SchedulerOptions options) : options_(options), budget_(options.threads) {
  absl::MutexLock lock(&mutex_);
  for (int i = 0; i < budget_.total(); ++i) {
    Executor& executor = executors_.emplace_back();
    executor.thread = std::thread([this, &executor] { Run(executor); });
  }
}

Scheduler::~Scheduler() {
  std::deque<Job> left;
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    left.swap(queue_);
    for (Executor& executor : executors_) {
      executor.stopping = true;
      threads.push_back(std::move(executor.thread));
    }
  }
  for (Job& job : left) std::move(job.refuse)(absl::UnavailableError("the server is shutting down"));
  for (std::thread& thread : threads) thread.join();
}

void Scheduler::Submit(Job job) {
  absl::Status refusal = CheckContext(job.context);
  std::vector<std::pair<Job, absl::Status>> dead;
  if (refusal.ok()) {
    absl::MutexLock lock(&mutex_);
    const bool is_bounded = !job.is_own_work;
    if (is_bounded && queue_.size() >= options_.max_queue) dead = TakeDead();
    if (draining_ || stopping_) {
      refusal = absl::UnavailableError("the server is shutting down");
    } else if (is_bounded && queue_.size() >= options_.max_queue) {
      refusal = absl::ResourceExhaustedError(
          absl::StrCat("the queue is full (", options_.max_queue, " calls wait); try again later"));
    } else {
      queue_.push_back(std::move(job));
      Dispatch();
    }
  }
  for (auto& [each, status] : dead) std::move(each.refuse)(std::move(status));
  if (!refusal.ok()) std::move(job.refuse)(std::move(refusal));
}

absl::Status Scheduler::RunAndWait(int threads, absl::FunctionRef<absl::Status(nn::Workspace&)> work) {
  absl::Status result;
  absl::Notification done;
  const auto end = [&](absl::Status status) {
    result = std::move(status);
    done.Notify();
  };
  Submit({.context = {},
          .run = [&](const ComputeShare& share) { end(work(share.workspace)); },
          .refuse = end,
          .threads = threads,
          .is_own_work = true});
  done.WaitForNotification();
  return result;
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

void Scheduler::Dispatch() {
  while (!queue_.empty() && running_ < executors_.size()) {
    const int threads = TakeThreads();
    if (threads == 0) return;
    const auto is_idle = [](const Executor& executor) { return executor.threads == 0; };
    // The first: calls in a row find their workspace where the last one left it. And only the first few executors ever
    // get many threads, so OpenMP, which keeps for each what it once had, does not collect more than it needs.
    Executor& executor = *std::find_if(executors_.begin(), executors_.end(), is_idle);
    executor.threads = threads;
    executor.job = std::move(queue_.front());
    queue_.pop_front();
    ++running_;
  }
}

int Scheduler::TakeThreads() {
  const Job& job = queue_.front();
  if (!job.threads.has_value() && job.gains_by_threads) return budget_.Take(running_ + queue_.size() - 1);
  const int threads = std::clamp(job.threads.value_or(1), 1, budget_.total());
  return budget_.TakeExactly(threads) ? threads : 0;
}

void Scheduler::End(Executor& executor) {
  budget_.Return(std::exchange(executor.threads, 0));
  --running_;
  if (std::exchange(executor.release_workspace, false)) executor.workspace = nn::Workspace();
}

void Scheduler::ReleaseWorkspaces() {
  absl::MutexLock lock(&mutex_);
  for (Executor& executor : executors_) {
    if (executor.threads == 0) {
      executor.workspace = nn::Workspace();
    } else {
      executor.release_workspace = true;
    }
  }
}

void Scheduler::Drain() {
  absl::MutexLock lock(&mutex_);
  draining_ = true;
}

size_t Scheduler::queued() const {
  absl::MutexLock lock(&mutex_);
  return queue_.size();
}

void Scheduler::Run(Executor& executor) {
  while (WaitForTurn(executor)) {
    RunCall(*std::exchange(executor.job, std::nullopt), {executor.threads, executor.workspace});
    absl::MutexLock lock(&mutex_);
    End(executor);
    Dispatch();
  }
}

bool Scheduler::WaitForTurn(Executor& executor) {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&executor, &Executor::HasTurn));
  return executor.threads > 0;
}

}  // namespace moduled::server
