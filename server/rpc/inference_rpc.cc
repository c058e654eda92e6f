#include "server/rpc/inference_rpc.h"

#include <utility>

#include "proto/contract/codec/backward_codec.h"
#include "proto/contract/codec/inference_codec.h"
#include "server/rpc/forward_stream.h"
#include "server/rpc/later.h"

namespace moduled::server {
namespace {

constexpr auto kDecode = [](auto&& message, const contract::ReceivedAttachments* attachments) {
  return contract::Decode(std::move(message), attachments);
};

}  // namespace
grpc::ServerUnaryReactor* InferenceRpc::Forward(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                                grpc::ByteBuffer* response) {
  return AnswerLater<v1::ForwardRequest, v1::ForwardResponse>(
      context, request, response, intake_, kDecode,
      [this](contract::ForwardCall call, auto done) { inference_.Forward(std::move(call), std::move(done)); });
}

grpc::ServerUnaryReactor* InferenceRpc::Backward(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                                 grpc::ByteBuffer* response) {
  return AnswerLater<v1::BackwardRequest, v1::BackwardResponse>(
      context, request, response, intake_, kDecode,
      [this](contract::BackwardCall call, auto done) { inference_.Backward(std::move(call), std::move(done)); });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* InferenceRpc::ForwardStream(grpc::CallbackServerContext* context,
                                                                        const grpc::ByteBuffer* request) {
  AdmissionTicket ticket;
  absl::StatusOr<contract::ForwardCall> call =
      DecodeAllowed<v1::ForwardRequest>(intake_, *context, *request, kDecode, ticket);
  if (!call.ok()) return FailedStream::Create(call.status());
  const auto stream =
      OutgoingStream::Create<class ForwardStream>(delivery_, intake_.max_message_bytes, std::move(ticket));
  call->context = ContextOf(*context, stream->cancelled());
  inference_.ForwardStream(
      *std::move(call), [stream](contract::HookEvent event) { stream->Add(std::move(event)); },
      [stream](absl::StatusOr<contract::ForwardReply> reply) { stream->End(std::move(reply)); });
  return stream.get();
}

}  // namespace moduled::server
