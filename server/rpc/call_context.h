// What gRPC knows of a call, as plain values.
#pragma once

#include <grpcpp/server_context.h>

#include <chrono>
#include <stop_token>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "proto/contract/call_context.h"
#include "server/scheduling/trace_context.h"

namespace moduled::server {

inline contract::CallContext ContextOf(const grpc::CallbackServerContext& context, std::stop_token cancelled) {
  const std::chrono::system_clock::time_point deadline = context.deadline();
  const bool unbounded = deadline == std::chrono::system_clock::time_point::max();
  const auto trace = context.client_metadata().find("traceparent");
  const bool is_traced = trace != context.client_metadata().end();
  return {.deadline = unbounded ? absl::InfiniteFuture() : absl::FromChrono(deadline),
          .cancelled = std::move(cancelled),
          .trace_parent =
              is_traced ? CheckedTraceParent(absl::string_view(trace->second.data(), trace->second.size())) : ""};
}

}  // namespace moduled::server
