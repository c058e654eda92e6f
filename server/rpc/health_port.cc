#include "server/rpc/health_port.h"

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <chrono>

#include "server/rpc/connection_arguments.h"
#include "server/rpc/listening.h"

namespace moduled::server {

absl::StatusOr<std::unique_ptr<HealthPort>> HealthPort::Start(const std::string& listen,
                                                              const ConnectionLimits& limits) {
  grpc::EnableDefaultHealthCheckService(true);
  auto health = std::unique_ptr<HealthPort>(new HealthPort);
  grpc::ServerBuilder builder;
  ApplyLimits(limits, builder);
  int port = 0;
  builder.AddListeningPort(listen, grpc::InsecureServerCredentials(), &port);
  health->server_ = builder.BuildAndStart();
  if (health->server_ == nullptr || port == 0) return CannotListen(listen);
  health->address_ = WithPort(listen, port);
  return health;
}

// Those who watch are not waited for.
HealthPort::~HealthPort() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

void HealthPort::SetServing(const std::string& name, bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(name, serving);
}

void HealthPort::StopServing() { server_->GetHealthCheckService()->Shutdown(); }

}  // namespace moduled::server
