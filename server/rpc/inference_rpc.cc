#include "server/rpc/inference_rpc.h"

#include <stop_token>
#include <utility>

#include "proto/contract/codec/backward_codec.h"
#include "proto/contract/codec/inference_codec.h"
#include "proto/contract/codec/status_bridge.h"
#include "server/rpc/call_context.h"
#include "server/rpc/forward_stream.h"
#include "server/rpc/messages.h"

namespace moduled::server {
namespace {

// The call that the bytes of a Request are.
template <class Request>
auto DecodeCall(const grpc::ByteBuffer& bytes) -> decltype(contract::Decode(Request())) {
  Request request;
  if (absl::Status status = ParseBytes(bytes, request); !status.ok()) return status;
  return contract::Decode(std::move(request));
}

// A unary call that is answered later, and may be cancelled until then.
class RunReactor final : public grpc::ServerUnaryReactor {
 public:
  std::stop_token cancelled() const { return stop_.get_token(); }

  // Once, with a message of type Response for the reply. Nobody touches the call after it.
  template <class Response, class Reply>
  void Answer(const absl::StatusOr<Reply>& reply, grpc::ByteBuffer* response, size_t max_bytes) {
    Finish(contract::ToGrpc(EncodeInto<Response>(reply, response, max_bytes)));
  }

 private:
  template <class Response, class Reply>
  static absl::Status EncodeInto(const absl::StatusOr<Reply>& reply, grpc::ByteBuffer* response, size_t max_bytes) {
    if (!reply.ok()) return reply.status();
    Response message;
    if (absl::Status status = contract::Encode(*reply, message); !status.ok()) return status;
    absl::StatusOr<grpc::ByteBuffer> bytes = SerializeToBytes(message, max_bytes);
    if (bytes.ok()) *response = *std::move(bytes);
    return bytes.status();
  }

  void OnCancel() override { stop_.request_stop(); }
  void OnDone() override { delete this; }

  std::stop_source stop_;
};

// `run` is (Call, done): it calls done with a StatusOr of a reply, once, now or later.
template <class Request, class Response, class Run>
grpc::ServerUnaryReactor* AnswerLater(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response, size_t max_bytes, Run run) {
  auto* reactor = new RunReactor;  // Its OnDone deletes it.
  auto call = DecodeCall<Request>(*request);
  if (!call.ok()) {
    reactor->Finish(contract::ToGrpc(call.status()));
    return reactor;
  }
  call->context = ContextOf(*context, reactor->cancelled());
  run(*std::move(call), [=](const auto& reply) { reactor->template Answer<Response>(reply, response, max_bytes); });
  return reactor;
}

}  // namespace

grpc::ServerUnaryReactor* InferenceRpc::Forward(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                                grpc::ByteBuffer* response) {
  return AnswerLater<v1::ForwardRequest, v1::ForwardResponse>(
      context, request, response, max_bytes_,
      [this](contract::ForwardCall call, auto done) { inference_.Forward(std::move(call), std::move(done)); });
}

grpc::ServerUnaryReactor* InferenceRpc::Backward(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                                 grpc::ByteBuffer* response) {
  return AnswerLater<v1::BackwardRequest, v1::BackwardResponse>(
      context, request, response, max_bytes_,
      [this](contract::BackwardCall call, auto done) { inference_.Backward(std::move(call), std::move(done)); });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* InferenceRpc::ForwardStream(grpc::CallbackServerContext* context,
                                                                        const grpc::ByteBuffer* request) {
  absl::StatusOr<contract::ForwardCall> call = DecodeCall<v1::ForwardRequest>(*request);
  if (!call.ok()) return FailedStream::Create(call.status());
  const auto stream = OutgoingStream::Create<class ForwardStream>(delivery_, max_bytes_);
  call->context = ContextOf(*context, stream->cancelled());
  inference_.ForwardStream(
      *std::move(call), [stream](contract::HookEvent event) { stream->Add(std::move(event)); },
      [stream](absl::StatusOr<contract::ForwardReply> reply) { stream->End(std::move(reply)); });
  return stream.get();
}

}  // namespace moduled::server
