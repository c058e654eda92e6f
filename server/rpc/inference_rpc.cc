#include "server/rpc/inference_rpc.h"

#include <stop_token>
#include <utility>

#include "proto/contract/codec/inference_codec.h"
#include "proto/contract/codec/status_bridge.h"
#include "server/rpc/call_context.h"
#include "server/rpc/forward_stream.h"
#include "server/rpc/messages.h"

namespace moduled::server {
namespace {

absl::StatusOr<contract::ForwardCall> DecodeForward(const grpc::ByteBuffer& bytes) {
  v1::ForwardRequest request;
  if (absl::Status status = ParseBytes(bytes, request); !status.ok()) return status;
  return contract::Decode(std::move(request));
}

// A unary call that is answered later, and may be cancelled until then.
class ForwardReactor final : public grpc::ServerUnaryReactor {
 public:
  std::stop_token cancelled() const { return stop_.get_token(); }

  // Once. Nobody touches the call after it.
  void Answer(const absl::StatusOr<contract::ForwardReply>& reply, grpc::ByteBuffer* response, size_t max_bytes) {
    Finish(contract::ToGrpc(EncodeInto(reply, response, max_bytes)));
  }

 private:
  static absl::Status EncodeInto(const absl::StatusOr<contract::ForwardReply>& reply, grpc::ByteBuffer* response,
                                 size_t max_bytes) {
    if (!reply.ok()) return reply.status();
    v1::ForwardResponse message;
    if (absl::Status status = contract::Encode(*reply, message); !status.ok()) return status;
    absl::StatusOr<grpc::ByteBuffer> bytes = SerializeToBytes(message, max_bytes);
    if (bytes.ok()) *response = *std::move(bytes);
    return bytes.status();
  }

  void OnCancel() override { stop_.request_stop(); }
  void OnDone() override { delete this; }

  std::stop_source stop_;
};

}  // namespace

grpc::ServerUnaryReactor* InferenceRpc::Forward(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                                grpc::ByteBuffer* response) {
  auto* reactor = new ForwardReactor;  // Its OnDone deletes it.
  absl::StatusOr<contract::ForwardCall> call = DecodeForward(*request);
  if (!call.ok()) {
    reactor->Answer(call.status(), response, max_bytes_);
    return reactor;
  }
  call->context = ContextOf(*context, reactor->cancelled());
  inference_.Forward(*std::move(call), [=, this](const absl::StatusOr<contract::ForwardReply>& reply) {
    reactor->Answer(reply, response, max_bytes_);
  });
  return reactor;
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* InferenceRpc::ForwardStream(grpc::CallbackServerContext* context,
                                                                        const grpc::ByteBuffer* request) {
  absl::StatusOr<contract::ForwardCall> call = DecodeForward(*request);
  if (!call.ok()) return FailedStream::Create(call.status());
  const auto stream = OutgoingStream::Create<class ForwardStream>(delivery_, max_bytes_);
  call->context = ContextOf(*context, stream->cancelled());
  inference_.ForwardStream(
      *std::move(call), [stream](contract::HookEvent event) { stream->Add(std::move(event)); },
      [stream](absl::StatusOr<contract::ForwardReply> reply) { stream->End(std::move(reply)); });
  return stream.get();
}

}  // namespace moduled::server
