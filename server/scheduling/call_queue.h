// The calls that wait: by priority, the models in turn, and the calls of a model in the order of their coming.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/scheduling/job.h"

namespace moduled::server {

// Not thread-safe. A search through all of it at every turn is cheap: there are some hundred at most.
class CallQueue {
 public:
  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }

  // Whether as many calls of its model and priority wait as may.
  bool IsFullFor(const QueueTerms& terms) const;

  // Answers a number that nothing else in the queue has had.
  uint64_t Push(Job job, absl::Time now);
  // The job that was given the number, while it waits.
  Job* Find(uint64_t number);
  std::optional<Job> Take(uint64_t number);

  // Whose turn it is; null if no model that has calls waiting may run another. Stays the same until it is taken or
  // something comes.
  const Job* Next() const;
  // The same, as one that runs from now on: Ended must follow.
  Job TakeNext();
  void Ended(const QueueTerms& terms);

  // Those that may run as one with it, as many as there is room for.
  std::vector<Job> TakeCompanions(const Job& job);
  // Their rows.
  int64_t RowsOfCompanions(const Job& job) const;

  // Those that nobody waits for any more, and those that have waited for too long and are not to be delayed, each with
  // the reason. The others of these last are delayed.
  std::vector<std::pair<Job, absl::Status>> TakeDead(absl::Time now);
  // When there will be some, as far as times tell.
  absl::Time NextDeath() const;

  std::vector<Job> TakeAll();

 private:
  struct Entry {
    uint64_t number;
    Job job;
    absl::Time timeout;  // When it will have waited for too long.
    uint64_t priority;   // Its own, or the last one once it is delayed.
  };
  struct Lane {
    uint64_t last_turn = 0;
    int running = 0;
    size_t waiting = 0;
  };
  using Entries = std::list<Entry>;

  Entries::const_iterator FindNext() const;
  Job Remove(Entries::const_iterator entry);
  bool Fits(const Job& job, const Entry& entry, int64_t rows) const;

  Entries entries_;
  absl::flat_hash_map<const void*, Lane> lanes_;  // Of models that have calls.
  uint64_t pushed_ = 0;
  uint64_t turns_ = 0;
};

}  // namespace moduled::server
