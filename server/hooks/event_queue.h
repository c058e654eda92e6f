// The events that wait for one subscriber: bounded in number and in bytes. When it is full the oldest go, and are
// counted. Whoever pushes never waits for whoever reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "proto/contract/hooks.h"
#include "server/hooks/resume_point.h"
#include "server/hooks/transforms/transform.h"

namespace moduled::server {

// Thread-safe.
class EventQueue {
 public:
  // Requires max_events >= 1. An event of more than `max_bytes` by itself is dropped.
  EventQueue(size_t max_events, size_t max_bytes, ResumePoint from = {})
      : max_events_(max_events), max_bytes_(max_bytes), next_sequence_(from.next), next_delivery_(from.delivered) {}

  // Queues share events, and events share tensors with the run that made them. `transform`, if any, is applied when the
  // event is taken: not by the run, and never for events that are dropped. Nothing happens once the queue is closed.
  void Push(std::shared_ptr<const contract::HookEvent> event, std::shared_ptr<const Transform> transform = nullptr);

  // The oldest event, with its sequence number and how many were dropped since the one before; nullopt if there is
  // none; the reason once the queue is closed. A transform that does not fit the event's values closes the queue.
  absl::StatusOr<std::optional<contract::HookEvent>> TryPop();
  // The same, after waiting for an event until the deadline.
  absl::StatusOr<std::optional<contract::HookEvent>> Pop(absl::Time deadline);

  // What waits is lost, and so is what comes. The first reason stays.
  void Close(absl::Status reason);

  // `waker` is called, on the pushing thread and under the queue's lock, when there may be something to pop again: it
  // must hand over and return. After SetWaker({}) has returned it is not called any more.
  void SetWaker(std::function<void()> waker);

  struct Counts {
    uint64_t delivered = 0;
    uint64_t dropped = 0;
    size_t queued = 0;
  };
  Counts counts() const;
  // Where another queue would have to begin to go on with this one's numbers.
  ResumePoint point() const;

 private:
  struct Entry {
    std::shared_ptr<const contract::HookEvent> event;
    std::shared_ptr<const Transform> transform;
    uint64_t sequence;
    size_t bytes;
  };

  bool HasNews() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !entries_.empty() || !closed_.ok(); }
  // The oldest entry, its event still as it was pushed.
  struct Taken {
    Entry entry;
    uint64_t dropped = 0;
  };
  absl::StatusOr<std::optional<Taken>> Take() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::optional<contract::HookEvent>> Finish(absl::StatusOr<std::optional<Taken>> taken);

  const size_t max_events_;
  const size_t max_bytes_;
  mutable absl::Mutex mutex_;
  std::deque<Entry> entries_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t next_sequence_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_delivery_ ABSL_GUARDED_BY(mutex_);  // The sequence number after the last that was delivered.
  uint64_t delivered_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t dropped_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status closed_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> waker_ ABSL_GUARDED_BY(mutex_);
};

// Bytes that an event keeps alive.
size_t EventBytes(const contract::HookEvent& event);

}  // namespace moduled::server
