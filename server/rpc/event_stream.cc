#include "server/rpc/event_stream.h"

#include <optional>
#include <utility>

#include "proto/contract/codec/event_codec.h"
#include "server/hooks/resume_point.h"
#include "server/rpc/attached_messages.h"

namespace moduled::server {
namespace {

constexpr auto& kRoutes = contract::RoutesOf<v1::SubscribeResponse, contract::TensorRoutes::Through::kEverything>;

}  // namespace

void EventStream::Begin() {
  const std::weak_ptr<OutgoingStream> weak = weak_from_this();
  open_->queue->SetWaker([weak] {
    if (const auto self = weak.lock()) static_cast<EventStream&>(*self).Notify();
  });
  Wake();
}

// Executors push events: they only leave word here. One wake-up on its way is enough for any number of events.
void EventStream::Notify() {
  if (notified_.exchange(true)) return;
  delivery_.Post([self = std::static_pointer_cast<EventStream>(shared_from_this())] {
    self->notified_ = false;
    self->Wake();
  });
}

void EventStream::Beat() {
  if (sent_.exchange(false)) return;
  heartbeat_due_ = true;
  Wake();
}

OutgoingStream::Step EventStream::Next() {
  v1::SubscribeResponse message;
  contract::SentAttachments attachments;
  if (!std::exchange(began_, true)) {
    v1::Subscribed& subscribed = *message.mutable_subscribed();
    subscribed.set_id(open_->id);
    subscribed.mutable_paths()->Assign(open_->paths.begin(), open_->paths.end());
  } else {
    const absl::StatusOr<std::optional<contract::HookEvent>> event = open_->queue->TryPop();
    if (!event.ok()) {
      // Where it would go on; then the reason.
      if (!absl::IsUnavailable(event.status()) || std::exchange(said_end_, true)) return event.status();
      message.mutable_ended()->set_resume_token(TokenOf(open_->queue->point()));
    } else if (event->has_value()) {
      const absl::Status status = contract::EncodeEvent(**event, *message.mutable_event(), &attachments);
      if (!status.ok()) return status;
    } else if (heartbeat_due_.exchange(false)) {
      message.mutable_heartbeat()->set_dropped(open_->queue->counts().dropped);
    } else {
      return Wait();
    }
  }
  absl::StatusOr<grpc::ByteBuffer> bytes = SerializeAttached(message, kRoutes(), attachments, max_bytes_);
  if (!bytes.ok()) return bytes.status();
  sent_ = true;
  heartbeat_due_ = false;
  return *std::move(bytes);
}

void EventStream::OnEnded() {
  open_->queue->SetWaker({});
  on_ended_(std::static_pointer_cast<EventStream>(shared_from_this()));
}

}  // namespace moduled::server
