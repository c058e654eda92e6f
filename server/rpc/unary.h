// Unary calls that are answered from memory: parse, answer, serialise.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "proto/contract/codec/status_bridge.h"
#include "server/rpc/messages.h"
#include "server/scheduling/worker_thread.h"

namespace moduled::server {

// Encodes what was found, or says why nothing was. The codec is that of the reply's type.
template <class Reply, class Response>
absl::Status EncodeOr(const absl::StatusOr<Reply>& reply, Response& response) {
  if (!reply.ok()) return reply.status();
  if constexpr (std::is_void_v<decltype(Encode(*reply, response))>) {
    Encode(*reply, response);
    return absl::OkStatus();
  } else {
    return Encode(*reply, response);
  }
}

// What a raw unary method gets.
struct UnaryCall {
  grpc::CallbackServerContext* context;
  const grpc::ByteBuffer* request;
  grpc::ByteBuffer* response;
};

// `answer` is (const Request&, Response&) -> absl::Status. Nobody touches the call once this has returned.
template <class Request, class Response, class Answer>
absl::Status AnswerInto(const UnaryCall& call, size_t max_bytes, Answer&& answer) {
  Request request;
  if (absl::Status status = ParseBytes(*call.request, request); !status.ok()) return status;
  Response response;
  if (absl::Status status = answer(request, response); !status.ok()) return status;
  absl::StatusOr<grpc::ByteBuffer> bytes = SerializeToBytes(response, max_bytes);
  if (bytes.ok()) *call.response = *std::move(bytes);
  return bytes.status();
}

// On the calling thread, which is gRPC's: `answer` must not block.
template <class Request, class Response, class Answer>
grpc::ServerUnaryReactor* AnswerNow(const UnaryCall& call, size_t max_bytes, Answer&& answer) {
  grpc::ServerUnaryReactor* reactor = call.context->DefaultReactor();
  reactor->Finish(contract::ToGrpc(AnswerInto<Request, Response>(call, max_bytes, answer)));
  return reactor;
}

// On a thread of ours: `answer` may take its time. The call is answered even if its caller has gone.
template <class Request, class Response, class Answer>
grpc::ServerUnaryReactor* AnswerOn(WorkerThread& worker, const UnaryCall& call, size_t max_bytes, Answer answer) {
  grpc::ServerUnaryReactor* reactor = call.context->DefaultReactor();
  worker.Post(
      [=]() mutable { reactor->Finish(contract::ToGrpc(AnswerInto<Request, Response>(call, max_bytes, answer))); });
  return reactor;
}

}  // namespace moduled::server
