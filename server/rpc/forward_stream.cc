#include "server/rpc/forward_stream.h"

#include <utility>

#include "proto/contract/codec/event_codec.h"
#include "proto/contract/codec/inference_codec.h"
#include "server/rpc/attached_messages.h"

namespace moduled::server {
namespace {

constexpr auto& kRoutes = contract::RoutesOf<v1::ForwardStreamResponse, contract::TensorRoutes::Through::kEverything>;

}  // namespace

void ForwardStream::Add(contract::HookEvent event) {
  {
    absl::MutexLock lock(&mutex_);
    if (gone_) return;
    events_.push_back(std::move(event));
  }
  Notify();
}

void ForwardStream::End(absl::StatusOr<contract::ForwardReply> reply) {
  {
    absl::MutexLock lock(&mutex_);
    reply_ = std::move(reply);
  }
  Notify();
}

void ForwardStream::Notify() {
  if (notified_.exchange(true)) return;
  delivery_.Post([self = std::static_pointer_cast<ForwardStream>(shared_from_this())] {
    self->notified_ = false;
    self->Wake();
  });
}

OutgoingStream::Step ForwardStream::Next() {
  if (replied_) return absl::OkStatus();
  v1::ForwardStreamResponse message;
  contract::SentAttachments attachments;
  std::optional<contract::HookEvent> event;
  std::optional<absl::StatusOr<contract::ForwardReply>> reply;
  {
    absl::MutexLock lock(&mutex_);
    if (!events_.empty()) {
      event = std::move(events_.front());
      events_.pop_front();
    } else {
      reply = std::exchange(reply_, std::nullopt);
    }
  }
  absl::Status status;
  if (event.has_value()) {
    status = contract::EncodeEvent(*event, *message.mutable_event(), &attachments);
  } else if (reply.has_value()) {
    replied_ = true;
    status = reply->ok() ? contract::Encode(**reply, *message.mutable_response(), &attachments) : reply->status();
  } else {
    return Wait();
  }
  if (!status.ok()) return status;
  absl::StatusOr<grpc::ByteBuffer> bytes = SerializeAttached(message, kRoutes(), attachments, max_bytes_);
  if (!bytes.ok()) return bytes.status();
  return *std::move(bytes);
}

// Nobody will read what waits, and the run is of no use any more.
void ForwardStream::OnGone() {
  stop_.request_stop();
  std::deque<contract::HookEvent> lost;
  absl::MutexLock lock(&mutex_);
  gone_ = true;
  lost.swap(events_);
}

}  // namespace moduled::server
