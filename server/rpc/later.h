// Unary calls that are answered later, from another thread, and may be cancelled until then.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <stop_token>
#include <utility>

#include "proto/contract/codec/status_bridge.h"
#include "server/rpc/call_context.h"
#include "server/rpc/messages.h"
#include "server/rpc/unary.h"

namespace moduled::server {

// The call that the bytes of a Request are. `decode` is (Request&&) -> absl::StatusOr of a call.
template <class Request, class Decode>
auto DecodeCall(const grpc::ByteBuffer& bytes, Decode decode) -> decltype(decode(Request())) {
  Request request;
  if (absl::Status status = ParseBytes(bytes, request); !status.ok()) return status;
  return decode(std::move(request));
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
    Response message;
    if (absl::Status status = EncodeOr(reply, message); !status.ok()) return status;
    absl::StatusOr<grpc::ByteBuffer> bytes = SerializeToBytes(message, max_bytes);
    if (bytes.ok()) *response = *std::move(bytes);
    return bytes.status();
  }

  void OnCancel() override { stop_.request_stop(); }
  void OnDone() override { delete this; }

  std::stop_source stop_;
};

// `run` is (Call, done): it calls done with a StatusOr of a reply, once, now or later.
template <class Request, class Response, class Decode, class Run>
grpc::ServerUnaryReactor* AnswerLater(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response, size_t max_bytes, Decode decode, Run run) {
  auto* reactor = new RunReactor;  // Its OnDone deletes it.
  auto call = DecodeCall<Request>(*request, decode);
  if (!call.ok()) {
    reactor->Finish(contract::ToGrpc(call.status()));
    return reactor;
  }
  call->context = ContextOf(*context, reactor->cancelled());
  run(*std::move(call), [=](const auto& reply) { reactor->template Answer<Response>(reply, response, max_bytes); });
  return reactor;
}

}  // namespace moduled::server
