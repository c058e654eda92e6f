// One unary call: deadline, call, status.
#pragma once

#include <grpcpp/client_context.h>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "proto/contract/codec/status_bridge.h"

namespace moduled::client {

// `method` is a method of a generated stub: (context, request, response) -> grpc::Status.
template <class Response, class Stub, class Request>
absl::StatusOr<Response> CallUnary(Stub& stub,
                                   grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                   const Request& request, absl::Duration timeout) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return contract::FromGrpc(status);
  return response;
}

}  // namespace moduled::client
