// How a service takes its calls in: who may make them, and how large their messages may be, each and together.
#pragma once

#include <grpcpp/server_context.h>

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "server/access/access_control.h"
#include "server/scheduling/byte_admission.h"

namespace moduled::server {

struct Intake {
  // Both must outlive the server.
  const AccessControl& access;
  ByteAdmission& admission;
  size_t max_message_bytes = 0;

  // Who calls. UNAUTHENTICATED if nobody knows. Before anything of the request is read.
  absl::StatusOr<std::shared_ptr<const Caller>> CallerOf(const grpc::CallbackServerContext& context) const;
};

}  // namespace moduled::server
