#include "server/scheduling/call_queue.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace moduled::server {
namespace {

constexpr uint64_t kDelayed = std::numeric_limits<uint64_t>::max();

}  // namespace

absl::Status CheckContext(const contract::CallContext& context) {
  // gRPC cancels what is late: the reason is the deadline all the same.
  if (context.deadline != absl::InfiniteFuture() && absl::Now() >= context.deadline) {
    return absl::DeadlineExceededError("the deadline passed before the model ran");
  }
  if (context.cancelled.stop_requested()) return absl::CancelledError("the call was cancelled before the model ran");
  return absl::OkStatus();
}

bool CallQueue::IsFullFor(const QueueTerms& terms) const {
  const auto lane = lanes_.find(terms.model);
  if (terms.max_waiting == 0 || lane == lanes_.end() || lane->second.waiting < terms.max_waiting) return false;
  const auto is_like_it = [&](const Entry& entry) {
    return entry.job.terms.model == terms.model && entry.job.terms.priority == terms.priority;
  };
  return static_cast<size_t>(absl::c_count_if(entries_, is_like_it)) >= terms.max_waiting;
}

uint64_t CallQueue::Push(Job job, absl::Time now) {
  ++lanes_[job.terms.model].waiting;
  const absl::Time timeout = now + job.terms.timeout;
  const uint64_t priority = job.terms.priority;
  entries_.push_back({++pushed_, std::move(job), timeout, priority});
  return pushed_;
}

Job* CallQueue::Find(uint64_t number) {
  const auto entry = absl::c_find_if(entries_, [&](const Entry& each) { return each.number == number; });
  return entry == entries_.end() ? nullptr : &entry->job;
}

std::optional<Job> CallQueue::Take(uint64_t number) {
  const auto entry = absl::c_find_if(entries_, [&](const Entry& each) { return each.number == number; });
  if (entry == entries_.end()) return std::nullopt;
  return Remove(entry);
}

Job CallQueue::Remove(Entries::const_iterator entry) {
  const auto mutable_entry = entries_.erase(entry, entry);  // Only makes it one that may be changed.
  Job job = std::move(mutable_entry->job);
  entries_.erase(mutable_entry);
  const auto lane = lanes_.find(job.terms.model);
  if (--lane->second.waiting == 0 && lane->second.running == 0) lanes_.erase(lane);
  return job;
}

CallQueue::Entries::const_iterator CallQueue::FindNext() const {
  auto next = entries_.end();
  std::tuple<uint64_t, uint64_t> best;
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    const QueueTerms& terms = entry->job.terms;
    const Lane& lane = lanes_.at(terms.model);
    if (terms.max_running > 0 && lane.running >= terms.max_running) continue;
    const std::tuple<uint64_t, uint64_t> rank{entry->priority, lane.last_turn};
    if (next != entries_.end() && rank >= best) continue;
    next = entry;
    best = rank;
  }
  return next;
}

const Job* CallQueue::Next() const {
  const auto entry = FindNext();
  return entry == entries_.end() ? nullptr : &entry->job;
}

Job CallQueue::TakeNext() {
  const auto entry = FindNext();
  Lane& lane = lanes_.at(entry->job.terms.model);
  // Calls that are nobody's in particular take turns with each other: the first has come first.
  if (entry->job.terms.model != nullptr) lane.last_turn = ++turns_;
  ++lane.running;
  return Remove(entry);
}

void CallQueue::Ended(const QueueTerms& terms) {
  const auto lane = lanes_.find(terms.model);
  if (--lane->second.running == 0 && lane->second.waiting == 0) lanes_.erase(lane);
}

bool CallQueue::Fits(const Job& job, const Entry& entry, int64_t rows) const {
  return entry.job.together.has_value() && entry.job.terms.model == job.terms.model &&
         rows + entry.job.together->rows <= job.together->max_rows &&
         job.together->fit(job.together->call.get(), entry.job.together->call.get());
}

std::vector<Job> CallQueue::TakeCompanions(const Job& job) {
  std::vector<Job> companions;
  int64_t rows = job.together->rows;
  for (auto entry = entries_.begin(); entry != entries_.end() && rows < job.together->max_rows;) {
    const auto next = std::next(entry);
    if (Fits(job, *entry, rows)) {
      rows += entry->job.together->rows;
      companions.push_back(Remove(entry));
    }
    entry = next;
  }
  return companions;
}

int64_t CallQueue::RowsOfCompanions(const Job& job) const {
  int64_t rows = job.together->rows;
  for (const Entry& entry : entries_) {
    if (Fits(job, entry, rows)) rows += entry.job.together->rows;
  }
  return rows - job.together->rows;
}

std::vector<std::pair<Job, absl::Status>> CallQueue::TakeDead(absl::Time now) {
  std::vector<std::pair<Job, absl::Status>> dead;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    absl::Status status = CheckContext(entry->job.context);
    if (status.ok() && now >= entry->timeout) {
      entry->timeout = absl::InfiniteFuture();
      if (entry->job.terms.delay) {
        entry->priority = kDelayed;
      } else {
        status = absl::DeadlineExceededError(
            absl::StrCat("the call has waited for ", absl::FormatDuration(entry->job.terms.timeout), " in the queue"));
      }
    }
    if (!status.ok()) {
      Job job = Remove(entry);
      dead.emplace_back(std::move(job), std::move(status));
    }
    entry = next;
  }
  return dead;
}

absl::Time CallQueue::NextDeath() const {
  absl::Time first = absl::InfiniteFuture();
  for (const Entry& entry : entries_) first = std::min({first, entry.timeout, entry.job.context.deadline});
  return first;
}

std::vector<Job> CallQueue::TakeAll() {
  std::vector<Job> all;
  while (!entries_.empty()) all.push_back(Remove(entries_.begin()));
  return all;
}

}  // namespace moduled::server
