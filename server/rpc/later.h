// Unary calls that are answered later, from another thread, and may be cancelled until then.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <stop_token>
#include <utility>

#include "proto/contract/codec/status_bridge.h"
#include "proto/contract/codec/tensor_codec.h"
#include "proto/contract/codec/tensor_routes.h"
#include "server/rpc/attached_messages.h"
#include "server/rpc/call_context.h"
#include "server/rpc/intake.h"
#include "server/rpc/needs.h"

namespace moduled::server {

// The call that the bytes of a Request are. `decode` is (Request&&, const ReceivedAttachments*) -> absl::StatusOr of a
// call.
template <class Request, class Decode>
auto DecodeCall(const grpc::ByteBuffer& bytes, Decode decode) -> decltype(decode(Request(), nullptr)) {
  Request request;
  contract::ReceivedAttachments attachments;
  const auto& routes = contract::RoutesOf<Request, contract::TensorRoutes::Through::kValues>();
  if (absl::Status status = ParseDetached(bytes, routes, request, attachments); !status.ok()) return status;
  return decode(std::move(request), attachments.empty() ? nullptr : &attachments);
}

// The same, if the caller may make it and there is room for it. `ticket` gets what counts it: for as long as the call
// lasts.
template <class Request, class Decode>
auto DecodeAllowed(const Intake& intake, const grpc::CallbackServerContext& context, const grpc::ByteBuffer& bytes,
                   Decode decode, AdmissionTicket& ticket) -> decltype(DecodeCall<Request>(bytes, decode)) {
  const absl::StatusOr<std::shared_ptr<const Caller>> caller = intake.CallerOf(context);
  if (!caller.ok()) return caller.status();
  if (absl::Status status = intake.admission.Admit(bytes.Length(), ticket); !status.ok()) return status;
  auto call = DecodeCall<Request>(bytes, decode);
  if (!call.ok()) return call;
  if (absl::Status status = (*caller)->Check(NeedOf(*call)); !status.ok()) return status;
  return call;
}

// The bytes of the Response that the reply is.
template <class Response, class Reply>
absl::StatusOr<grpc::ByteBuffer> EncodeToBytes(const Reply& reply, size_t max_bytes) {
  Response message;
  contract::SentAttachments attachments;
  absl::Status status;
  if constexpr (requires { Encode(reply, message, &attachments); }) {
    status = Encode(reply, message, &attachments);
  } else {
    Encode(reply, message);
  }
  if (!status.ok()) return status;
  const auto& routes = contract::RoutesOf<Response, contract::TensorRoutes::Through::kEverything>();
  return SerializeAttached(message, routes, attachments, max_bytes);
}

// A unary call that is answered later, and may be cancelled until then.
class RunReactor final : public grpc::ServerUnaryReactor {
 public:
  std::stop_token cancelled() const { return stop_.get_token(); }
  AdmissionTicket& ticket() { return ticket_; }

  // Once, with a message of type Response for the reply. Nobody touches the call after it.
  template <class Response, class Reply>
  void Answer(const absl::StatusOr<Reply>& reply, grpc::ByteBuffer* response, size_t max_bytes) {
    const absl::Status status = EncodeInto<Response>(reply, response, max_bytes);
    ticket_.Add(response->Length());
    Finish(contract::ToGrpc(status));
  }

 private:
  template <class Response, class Reply>
  static absl::Status EncodeInto(const absl::StatusOr<Reply>& reply, grpc::ByteBuffer* response, size_t max_bytes) {
    if (!reply.ok()) return reply.status();
    absl::StatusOr<grpc::ByteBuffer> bytes = EncodeToBytes<Response>(*reply, max_bytes);
    if (bytes.ok()) *response = *std::move(bytes);
    return bytes.status();
  }

  void OnCancel() override { stop_.request_stop(); }
  void OnDone() override { delete this; }

  std::stop_source stop_;
  AdmissionTicket ticket_;  // Until the reply was sent.
};

// `run` is (Call, done): it calls done with a StatusOr of a reply, once, now or later.
template <class Request, class Response, class Decode, class Run>
grpc::ServerUnaryReactor* AnswerLater(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response, const Intake& intake, Decode decode, Run run) {
  auto* reactor = new RunReactor;  // Its OnDone deletes it.
  auto call = DecodeAllowed<Request>(intake, *context, *request, decode, reactor->ticket());
  if (!call.ok()) {
    reactor->Finish(contract::ToGrpc(call.status()));
    return reactor;
  }
  call->context = ContextOf(*context, reactor->cancelled());
  run(*std::move(call), [=, max_bytes = intake.max_message_bytes](const auto& reply) {
    reactor->template Answer<Response>(reply, response, max_bytes);
  });
  return reactor;
}

}  // namespace moduled::server
