// grpc.health.v1 in plaintext on a port of its own: for probes that speak no TLS and have no token.
#pragma once

#include <grpcpp/server.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/access/connection_limits.h"

namespace moduled::server {

// Thread-safe.
class HealthPort {
 public:
  // UNAVAILABLE if the address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<HealthPort>> Start(const std::string& listen, const ConnectionLimits& limits);
  ~HealthPort();

  // HOST:PORT, with the port that is listened on.
  const std::string& address() const { return address_; }

  void SetServing(const std::string& name, bool serving);
  // From now on NOT_SERVING for every name.
  void StopServing();

 private:
  HealthPort() = default;

  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace moduled::server
