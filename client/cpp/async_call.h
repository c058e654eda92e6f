// One call that is answered later: deadline, cancellation, status.
#pragma once

#include <grpcpp/client_context.h>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "proto/contract/codec/status_bridge.h"

namespace moduled::client {

// Ends the call on the wire when its caller asks for it.
using OnStop = std::stop_callback<std::function<void()>>;

// What every kind of call needs while it is under way.
template <class Request>
struct Wire {
  grpc::ClientContext context;
  Request request;
  std::optional<OnStop> on_stop;

  // An error if the arguments cannot be encoded: nothing is sent then.
  template <class Call>
  absl::Status Start(const Call& call, absl::Duration timeout) {
    absl::Time deadline = call.context.deadline;
    if (deadline == absl::InfiniteFuture()) deadline = absl::Now() + timeout;
    context.set_deadline(absl::ToChronoTime(deadline));
    if (absl::Status status = EncodeCall(call); !status.ok()) return status;
    on_stop.emplace(call.context.cancelled, [this] { context.TryCancel(); });
    return absl::OkStatus();
  }

 private:
  template <class Call>
  absl::Status EncodeCall(const Call& call) {
    if constexpr (std::is_void_v<decltype(Encode(call, request))>) {
      Encode(call, request);
      return absl::OkStatus();
    } else {
      return Encode(call, request);
    }
  }
};

// A unary call. It ends before its answer is handed over: its context holds on to the channel, whoever hears of the
// answer may let go of the client, and this thread is one of those that the end of the channel waits for.
template <class Request, class Response, class Done>
struct AsyncCall {
  Wire<Request> wire;
  Response response;
  Done done;
};

// `decode` is (Response&&) -> absl::StatusOr of a reply, `method` is (context, request, response, callback) of the
// asynchronous stub.
template <class Request, class Response, class Call, class Done, class Decode, class Method>
void CallAsync(const Call& call, absl::Duration timeout, Done done, Decode decode, Method method) {
  auto owner = std::make_unique<AsyncCall<Request, Response, Done>>();
  owner->done = std::move(done);
  if (absl::Status status = owner->wire.Start(call, timeout); !status.ok()) {
    return std::move(owner->done)(std::move(status));
  }
  auto* const unary = owner.release();  // Deleted with its answer.
  method(&unary->wire.context, &unary->wire.request, &unary->response, [unary, decode](const grpc::Status& status) {
    std::unique_ptr<AsyncCall<Request, Response, Done>> owner(unary);
    unary->wire.on_stop.reset();  // Waits for a callback that is running.
    Done done = std::move(unary->done);
    auto reply = decode(std::move(unary->response));
    if (!status.ok()) reply = contract::FromGrpc(status);
    owner.reset();
    std::move(done)(std::move(reply));
  });
}

}  // namespace moduled::client
