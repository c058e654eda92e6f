#include "server/rpc/hooks_rpc.h"

#include <utility>
#include <vector>

#include "proto/contract/codec/hooks_codec.h"

namespace moduled::server {

HooksRpc::HooksRpc(SubscriptionHub& hub, WorkerThread& delivery, const Intake& intake, absl::Duration heartbeat)
    : hub_(hub), delivery_(delivery), intake_(intake), heart_(heartbeat, [this] { Beat(); }) {}

grpc::ServerWriteReactor<grpc::ByteBuffer>* HooksRpc::Subscribe(grpc::CallbackServerContext* context,
                                                                const grpc::ByteBuffer* request) {
  absl::StatusOr<v1::SubscribeRequest> message = ReceiveAllowed<v1::SubscribeRequest>(intake_, *context, *request);
  if (!message.ok()) return FailedStream::Create(message.status());
  const absl::StatusOr<contract::SubscribeCall> call = contract::Decode(*std::move(message));
  if (!call.ok()) return FailedStream::Create(call.status());
  auto open = hub_.OpenSubscription(*call);
  if (!open.ok()) return FailedStream::Create(open.status());

  const auto stream = OutgoingStream::Create<EventStream>(
      *std::move(open), delivery_, intake_.max_message_bytes, [this](const std::shared_ptr<EventStream>& ended) {
        hub_.CloseSubscription(ended->id(), absl::CancelledError("the subscriber has gone"));
        absl::MutexLock lock(&mutex_);
        streams_.erase(ended);
      });
  {
    absl::MutexLock lock(&mutex_);
    streams_.insert(stream);
  }
  stream->Begin();
  return stream.get();
}

grpc::ServerUnaryReactor* HooksRpc::ListSubscriptions(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return AnswerNow<v1::ListSubscriptionsRequest, v1::ListSubscriptionsResponse>(
      {context, request, response}, intake_, [this](const auto&, auto& reply, const Caller& caller) {
        auto subscriptions = hub_.ListSubscriptions();
        if (!subscriptions.ok()) return subscriptions.status();
        std::erase_if(*subscriptions, [&caller](const auto& each) { return !caller.MaySee(each.model.name); });
        contract::Encode(*subscriptions, reply);
        return absl::OkStatus();
      });
}

void HooksRpc::Beat() {
  std::vector<std::shared_ptr<EventStream>> streams;
  {
    absl::MutexLock lock(&mutex_);
    streams.assign(streams_.begin(), streams_.end());
  }
  for (const auto& stream : streams) stream->Beat();
}

}  // namespace moduled::server
