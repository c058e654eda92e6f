// A subscription's events on their way to its client.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "server/hooks/subscription_hub.h"
#include "server/rpc/outgoing_stream.h"
#include "server/scheduling/worker_thread.h"

namespace moduled::server {

// What waits is in the subscription's queue, which bounds it; the stream holds the one message that is being sent.
class EventStream final : public OutgoingStream {
 public:
  // `on_ended` is called once, when gRPC has let go of the stream.
  using OnEndedCallback = std::function<void(const std::shared_ptr<EventStream>&)>;
  EventStream(std::shared_ptr<const SubscriptionHub::Open> open, WorkerThread& delivery, size_t max_message_bytes,
              OnEndedCallback on_ended)
      : open_(std::move(open)), delivery_(delivery), max_bytes_(max_message_bytes), on_ended_(std::move(on_ended)) {}

  const std::string& id() const { return open_->id; }
  // Sends the first message, and from then on whatever the queue has.
  void Begin();
  // Sends a sign of life unless something was sent since the last beat.
  void Beat();

 private:
  Step Next() override;
  void OnEnded() override;
  void Notify();

  const std::shared_ptr<const SubscriptionHub::Open> open_;
  WorkerThread& delivery_;
  const size_t max_bytes_;
  const OnEndedCallback on_ended_;
  std::atomic<bool> notified_ = false;  // A wake-up is on its way.
  std::atomic<bool> sent_ = false;      // Something was sent since the last beat.
  std::atomic<bool> heartbeat_due_ = false;
  bool began_ = false;  // Next's alone, and so is the next one.
  bool said_end_ = false;
};

}  // namespace moduled::server
