#include "server/scheduling/scheduler.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

namespace moduled::server {
namespace {

// With those that run as one with it. They need no watch any more: the run looks at their contexts.
void RunCall(Job job, std::vector<Job> others, const ComputeShare& share) {
  job.watch.reset();
  for (Job& other : others) other.watch.reset();
  if (!others.empty()) return std::move(job.together->run)(std::move(others), share);
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
  reaper_ = std::thread([this] { Reap(); });
}

Scheduler::~Scheduler() {
  std::vector<Job> left;
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    left = queue_.TakeAll();
    for (Executor& executor : executors_) {
      executor.stopping = true;
      threads.push_back(std::move(executor.thread));
    }
  }
  for (Job& job : left) std::move(job.refuse)(absl::UnavailableError("the server is shutting down"));
  left.clear();  // No watch may tell of a call once there is no queue.
  for (std::thread& thread : threads) thread.join();
  reaper_.join();
}

void Scheduler::Submit(Job job) {
  absl::Status refusal = CheckContext(job.context);
  std::vector<std::pair<Job, absl::Status>> dead;
  const std::stop_token cancelled = job.context.cancelled;
  uint64_t waits = 0;  // Its number, if it does.
  if (refusal.ok()) {
    absl::MutexLock lock(&mutex_);
    const absl::Time now = absl::Now();
    const auto is_full = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return !job.is_own_work && (queue_.size() >= options_.max_queue || queue_.IsFullFor(job.terms));
    };
    if (is_full()) dead = queue_.TakeDead(now);
    if (draining_ || stopping_) {
      refusal = absl::UnavailableError("the server is shutting down");
    } else if (is_full()) {
      const size_t limit = queue_.size() >= options_.max_queue ? options_.max_queue : job.terms.max_waiting;
      refusal =
          absl::ResourceExhaustedError(absl::StrCat("the queue is full (", limit, " calls wait); try again later"));
    } else {
      const absl::Time death = std::min(job.context.deadline, now + job.terms.timeout);
      waits = queue_.Push(std::move(job), now);
      Dispatch();
      if (queue_.Find(waits) == nullptr) {
        waits = 0;
      } else {
        next_death_ = std::min(next_death_, death);
      }
    }
  }
  for (auto& [each, status] : dead) std::move(each.refuse)(std::move(status));
  if (!refusal.ok()) std::move(job.refuse)(std::move(refusal));
  if (waits != 0 && cancelled.stop_possible()) Watch(waits, cancelled);
}

void Scheduler::Watch(uint64_t number, const std::stop_token& cancelled) {
  // Tells at once, on this thread, if the caller has gone already; so not under the lock.
  auto watch =
      std::make_unique<std::stop_callback<std::function<void()>>>(cancelled, [this, number] { Cancel(number); });
  absl::MutexLock lock(&mutex_);
  if (Job* job = queue_.Find(number)) job->watch.swap(watch);
}

void Scheduler::Cancel(uint64_t number) {
  std::optional<Job> job;
  {
    absl::MutexLock lock(&mutex_);
    job = queue_.Take(number);
  }
  if (!job.has_value()) return;
  absl::Status status = CheckContext(job->context);
  std::move(job->refuse)(std::move(status));
}

void Scheduler::Reap() {
  while (true) {
    std::vector<std::pair<Job, absl::Status>> dead;
    {
      absl::MutexLock lock(&mutex_);
      reaper_sleeps_until_ = next_death_;
      mutex_.AwaitWithDeadline(absl::Condition(this, &Scheduler::IsReaperNeeded), reaper_sleeps_until_);
      if (stopping_) return;
      dead = queue_.TakeDead(absl::Now());
      next_death_ = queue_.NextDeath();
    }
    for (auto& [job, status] : dead) std::move(job.refuse)(std::move(status));
  }
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

void Scheduler::Dispatch() {
  while (running_ < executors_.size()) {
    const Job* next = queue_.Next();
    if (next == nullptr) return;
    const int threads = TakeThreads(*next);
    if (threads == 0) return;
    const auto is_idle = [](const Executor& executor) { return executor.threads == 0; };
    // The first: calls in a row find their workspace where the last one left it. And only the first few executors ever
    // get many threads, so OpenMP, which keeps for each what it once had, does not collect more than it needs.
    Executor& executor = *std::find_if(executors_.begin(), executors_.end(), is_idle);
    executor.threads = threads;
    executor.job = queue_.TakeNext();
    ++running_;
  }
}

int Scheduler::TakeThreads(const Job& job) {
  if (!job.threads.has_value() && job.gains_by_threads) return budget_.Take(running_ + queue_.size() - 1);
  const int threads = std::clamp(job.threads.value_or(1), 1, budget_.total());
  return budget_.TakeExactly(threads) ? threads : 0;
}

std::vector<Job> Scheduler::TakeCompanions(const Job& job) {
  if (!job.together.has_value()) return {};
  absl::MutexLock lock(&mutex_);
  if (job.together->max_delay > absl::ZeroDuration()) {
    const auto has_company = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return stopping_ || draining_ || job.together->rows + queue_.RowsOfCompanions(job) >= job.together->max_rows;
    };
    mutex_.AwaitWithTimeout(absl::Condition(&has_company), job.together->max_delay);
  }
  return queue_.TakeCompanions(job);
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
    Job job = *std::exchange(executor.job, std::nullopt);
    const QueueTerms terms = job.terms;
    std::vector<Job> others = TakeCompanions(job);
    RunCall(std::move(job), std::move(others), {executor.threads, executor.workspace});
    absl::MutexLock lock(&mutex_);
    queue_.Ended(terms);
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
