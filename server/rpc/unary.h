// Unary calls that are answered from memory: parse, answer, serialise.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "proto/contract/codec/status_bridge.h"
#include "server/rpc/intake.h"
#include "server/rpc/messages.h"
#include "server/rpc/needs.h"
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

template <class Request>
inline constexpr bool kIsOpenToAll = std::is_same_v<decltype(NeedOf(std::declval<const Request&>())), OpenToAll>;

// Who calls. UNAUTHENTICATED if nobody knows, unless anybody may.
template <class Request>
absl::StatusOr<std::shared_ptr<const Caller>> CallerOf(const Intake& intake,
                                                       const grpc::CallbackServerContext& context) {
  if constexpr (kIsOpenToAll<Request>) {
    return std::shared_ptr<const Caller>(std::shared_ptr<void>(), &Caller::Anybody());
  } else {
    return intake.CallerOf(context);
  }
}

// The request, if its caller may make it.
template <class Request>
absl::StatusOr<Request> ReceiveAllowed(const Caller& caller, const grpc::ByteBuffer& bytes) {
  Request request;
  if (absl::Status status = ParseBytes(bytes, request); !status.ok()) return status;
  if constexpr (!kIsOpenToAll<Request>) {
    if (absl::Status status = caller.Check(NeedOf(request)); !status.ok()) return status;
  }
  return request;
}
template <class Request>
absl::StatusOr<Request> ReceiveAllowed(const Intake& intake, const grpc::CallbackServerContext& context,
                                       const grpc::ByteBuffer& bytes) {
  const absl::StatusOr<std::shared_ptr<const Caller>> caller = CallerOf<Request>(intake, context);
  if (!caller.ok()) return caller.status();
  return ReceiveAllowed<Request>(**caller, bytes);
}

// `answer` is (const Request&, Response&) -> absl::Status, or takes the caller too if the answer depends on it. Nobody
// touches the call once this has returned.
template <class Request, class Response, class Answer>
absl::Status AnswerInto(const UnaryCall& call, const Caller& caller, size_t max_bytes, Answer&& answer) {
  const absl::StatusOr<Request> request = ReceiveAllowed<Request>(caller, *call.request);
  if (!request.ok()) return request.status();
  Response response;
  absl::Status status;
  if constexpr (std::is_invocable_v<Answer, const Request&, Response&, const Caller&>) {
    status = answer(*request, response, caller);
  } else {
    status = answer(*request, response);
  }
  if (!status.ok()) return status;
  absl::StatusOr<grpc::ByteBuffer> bytes = SerializeToBytes(response, max_bytes);
  if (bytes.ok()) *call.response = *std::move(bytes);
  return bytes.status();
}

// On the calling thread, which is gRPC's: `answer` must not block.
template <class Request, class Response, class Answer>
grpc::ServerUnaryReactor* AnswerNow(const UnaryCall& call, const Intake& intake, Answer&& answer) {
  grpc::ServerUnaryReactor* reactor = call.context->DefaultReactor();
  const absl::StatusOr<std::shared_ptr<const Caller>> caller = CallerOf<Request>(intake, *call.context);
  reactor->Finish(contract::ToGrpc(
      caller.ok() ? AnswerInto<Request, Response>(call, **caller, intake.max_message_bytes, answer) : caller.status()));
  return reactor;
}

// On a thread of ours: `answer` may take its time. The call is answered even if its caller has gone.
template <class Request, class Response, class Answer>
grpc::ServerUnaryReactor* AnswerOn(WorkerThread& worker, const UnaryCall& call, const Intake& intake, Answer answer) {
  grpc::ServerUnaryReactor* reactor = call.context->DefaultReactor();
  const absl::StatusOr<std::shared_ptr<const Caller>> caller = CallerOf<Request>(intake, *call.context);
  if (!caller.ok()) {  // Does not cost the worker anything.
    reactor->Finish(contract::ToGrpc(caller.status()));
    return reactor;
  }
  worker.Post([=, caller = *caller, max_bytes = intake.max_message_bytes]() mutable {
    reactor->Finish(contract::ToGrpc(AnswerInto<Request, Response>(call, *caller, max_bytes, answer)));
  });
  return reactor;
}

}  // namespace moduled::server
