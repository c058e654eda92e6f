// How a service takes its calls in: who may make them, and how large their messages may be.
#pragma once

#include <grpcpp/server_context.h>

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "server/access/access_control.h"

namespace moduled::server {

struct Intake {
  const AccessControl& access;  // Must outlive the server.
  size_t max_message_bytes = 0;

  // Who calls. UNAUTHENTICATED if nobody knows. Before anything of the request is read.
  absl::StatusOr<std::shared_ptr<const Caller>> CallerOf(const grpc::CallbackServerContext& context) const;
};

}  // namespace moduled::server
