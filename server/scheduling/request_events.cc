#include "server/scheduling/request_events.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/hooks/event_queue.h"

namespace moduled::server {

absl::Status RequestEvents::TooLarge(const contract::HookEvent& event) const {
  return absl::ResourceExhaustedError(absl::StrCat("hooks: their values take more than ", max_bytes_, " bytes (at ",
                                                   event.path, "); select fewer modules"));
}

void RequestEvents::Add(contract::HookEvent event, std::shared_ptr<const Transform> transform) {
  if (!status_.ok()) return;  // The run ends at its next step.
  bytes_ += EventBytes(event);
  if (bytes_ > max_bytes_) {
    status_ = TooLarge(event);
    stop_.request_stop();
    return;
  }
  event.sequence = sequence_++;
  if (transformer_ == nullptr) return Deliver(std::move(event), nullptr);
  transformer_->Post([self = shared_from_this(), event = std::move(event), transform = std::move(transform)]() mutable {
    self->Deliver(std::move(event), transform.get());
  });
}

void RequestEvents::Deliver(contract::HookEvent event, const Transform* transform) {
  if (transform != nullptr && delivery_status_.ok()) {
    delivery_status_ = Apply(*transform, event);
    if (!delivery_status_.ok()) stop_.request_stop();
  }
  if (!delivery_status_.ok()) return;
  if (on_event_ == nullptr) {
    collected_.push_back(std::move(event));
  } else {
    on_event_(std::move(event));
  }
}

absl::Status RequestEvents::Apply(const Transform& transform, contract::HookEvent& event) {
  if (stop_.stop_requested()) return absl::CancelledError("the call was cancelled while its events were transformed");
  if (absl::Status status = transform.Apply(event); !status.ok()) return status;
  transformed_bytes_ += EventBytes(event);
  return transformed_bytes_ > max_bytes_ ? TooLarge(event) : absl::OkStatus();
}

void RequestEvents::End(absl::StatusOr<contract::ForwardReply> reply, Done done) {
  if (!status_.ok()) reply = status_;
  if (transformer_ == nullptr) return Finish(std::move(reply), std::move(done));
  transformer_->Post([self = shared_from_this(), reply = std::move(reply), done = std::move(done)]() mutable {
    self->Finish(std::move(reply), std::move(done));
  });
}

void RequestEvents::Finish(absl::StatusOr<contract::ForwardReply> reply, Done done) {
  // A run that was asked to stop because of its events says no more than that it was.
  const bool says_nothing = reply.ok() || absl::IsCancelled(reply.status());
  if (!delivery_status_.ok() && says_nothing) reply = delivery_status_;
  if (reply.ok()) reply->events = std::move(collected_);
  std::move(done)(std::move(reply));
}

}  // namespace moduled::server
