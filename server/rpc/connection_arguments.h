// ConnectionLimits, as gRPC wants to be told.
#pragma once

#include <grpcpp/server_builder.h>

#include "server/access/connection_limits.h"

namespace moduled::server {

void ApplyLimits(const ConnectionLimits& limits, grpc::ServerBuilder& builder);

}  // namespace moduled::server
