#include "server/hooks/event_queue.h"

#include <utility>

namespace moduled::server {

size_t EventBytes(const contract::HookEvent& event) {
  size_t bytes = sizeof(event);
  const auto add = [&](const nn::Tensor& tensor) { bytes += sizeof(tensor) + tensor.byte_size(); };
  for (const nn::Datum& input : event.inputs) nn::ForEachLeaf(input, add);
  for (const auto& [name, argument] : event.kwargs) nn::ForEachLeaf(argument, add);
  if (event.output.has_value()) nn::ForEachLeaf(*event.output, add);
  for (const nn::Datum& gradient : event.grad_input) nn::ForEachLeaf(gradient, add);
  for (const nn::Datum& gradient : event.grad_output) nn::ForEachLeaf(gradient, add);
  return bytes;
}

void EventQueue::Push(std::shared_ptr<const contract::HookEvent> event, std::shared_ptr<const Transform> transform) {
  const size_t bytes = EventBytes(*event);
  // What is dropped is destroyed after the lock is released: tensors take their time to go.
  std::deque<Entry> dropped;
  absl::MutexLock lock(&mutex_);
  if (!closed_.ok()) return;
  const uint64_t sequence = next_sequence_++;
  if (bytes > max_bytes_) {
    ++dropped_;
    return;
  }
  while (entries_.size() >= max_events_ || bytes > max_bytes_ - bytes_) {
    bytes_ -= entries_.front().bytes;
    ++dropped_;
    dropped.push_back(std::move(entries_.front()));
    entries_.pop_front();
  }
  entries_.push_back({std::move(event), std::move(transform), sequence, bytes});
  bytes_ += bytes;
  if (waker_) waker_();
}

absl::StatusOr<std::optional<contract::HookEvent>> EventQueue::TryPop() {
  absl::StatusOr<std::optional<Taken>> taken;
  {
    absl::MutexLock lock(&mutex_);
    taken = Take();
  }
  return Finish(std::move(taken));
}

absl::StatusOr<std::optional<contract::HookEvent>> EventQueue::Pop(absl::Time deadline) {
  absl::StatusOr<std::optional<Taken>> taken;
  {
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithDeadline(absl::Condition(this, &EventQueue::HasNews), deadline);
    taken = Take();
  }
  return Finish(std::move(taken));
}

absl::StatusOr<std::optional<EventQueue::Taken>> EventQueue::Take() {
  if (!closed_.ok()) return closed_;
  if (entries_.empty()) return std::optional<Taken>();
  Entry entry = std::move(entries_.front());
  entries_.pop_front();
  bytes_ -= entry.bytes;
  ++delivered_;
  const uint64_t dropped = entry.sequence - std::exchange(next_delivery_, entry.sequence + 1);
  return std::optional<Taken>({std::move(entry), dropped});
}

// Without the lock: a transform takes its time, and whoever pushes must not wait for it.
absl::StatusOr<std::optional<contract::HookEvent>> EventQueue::Finish(absl::StatusOr<std::optional<Taken>> taken) {
  if (!taken.ok()) return taken.status();
  if (!taken->has_value()) return std::optional<contract::HookEvent>();
  const Entry& entry = (*taken)->entry;
  contract::HookEvent event = *entry.event;
  event.sequence = entry.sequence;
  event.dropped = (*taken)->dropped;
  if (entry.transform != nullptr) {
    if (absl::Status status = entry.transform->Apply(event); !status.ok()) {
      Close(status);
      return status;
    }
  }
  return std::optional<contract::HookEvent>(std::move(event));
}

void EventQueue::Close(absl::Status reason) {
  std::deque<Entry> lost;
  absl::MutexLock lock(&mutex_);
  if (!closed_.ok()) return;
  closed_ = std::move(reason);
  lost.swap(entries_);
  bytes_ = 0;
  if (waker_) waker_();
}

void EventQueue::SetWaker(std::function<void()> waker) {
  absl::MutexLock lock(&mutex_);
  waker_ = std::move(waker);
  if (waker_ && HasNews()) waker_();
}

ResumePoint EventQueue::point() const {
  absl::MutexLock lock(&mutex_);
  return {next_delivery_, next_sequence_};
}

EventQueue::Counts EventQueue::counts() const {
  absl::MutexLock lock(&mutex_);
  return {delivered_, dropped_, entries_.size()};
}

}  // namespace moduled::server
