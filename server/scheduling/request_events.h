// The events of one request on their way to its caller, and the reply behind them.
//
// Events without transforms go on the executor's thread. If a hook has a transform, everything goes through the
// transforming thread, in order, so that the executor is free for its next run meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "absl/status/status.h"
#include "proto/contract/inference.h"
#include "server/hooks/transforms/transform.h"
#include "server/scheduling/worker_thread.h"

namespace moduled::server {

// Add and End are called by the executor.
class RequestEvents : public std::enable_shared_from_this<RequestEvents> {
 public:
  using OnEvent = contract::Inference::OnEvent;
  using Done = contract::Inference::Done;

  // A null `on_event` collects the events in the reply. `transformer` is null if no hook has a transform.
  RequestEvents(OnEvent on_event, const std::stop_token& cancelled, WorkerThread* transformer, size_t max_bytes)
      : on_event_(std::move(on_event)),
        transformer_(transformer),
        max_bytes_(max_bytes),
        follow_(cancelled, [this] { stop_.request_stop(); }) {}

  // The run stops for its caller, and when the values of events take more than `max_bytes`, before or after their
  // transforms, or a transform does not fit.
  std::stop_token stop() const { return stop_.get_token(); }

  void Add(contract::HookEvent event, std::shared_ptr<const Transform> transform = nullptr);

  // Calls `done` behind all events: with the reply and the events that were collected, or with what went wrong first.
  void End(absl::StatusOr<contract::ForwardReply> reply, Done done);

 private:
  // On the thread that delivers.
  void Deliver(contract::HookEvent event, const Transform* transform);
  absl::Status Apply(const Transform& transform, contract::HookEvent& event);
  void Finish(absl::StatusOr<contract::ForwardReply> reply, Done done);
  absl::Status TooLarge(const contract::HookEvent& event) const;

  OnEvent on_event_;
  WorkerThread* const transformer_;
  const size_t max_bytes_;
  std::stop_source stop_;
  const std::stop_callback<std::function<void()>> follow_;

  // The executor's alone.
  size_t bytes_ = 0;
  uint64_t sequence_ = 0;
  absl::Status status_;

  // The delivering thread's alone.
  size_t transformed_bytes_ = 0;
  absl::Status delivery_status_;
  std::vector<contract::HookEvent> collected_;
};

}  // namespace moduled::server
