#include "server/rpc/rpc_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "server/rpc/connection_arguments.h"
#include "server/rpc/listening.h"
#include "server/rpc/tls_credentials.h"

namespace moduled::server {
namespace {

std::shared_ptr<grpc::ServerCredentials> CredentialsOf(const Certificates* certificates) {
  if (certificates == nullptr) return grpc::InsecureServerCredentials();
  return std::make_shared<TlsCredentials>(*certificates);
}

}  // namespace

RpcServer::RpcServer(RpcBackends backends, const RpcOptions& options)
    : credentials_(CredentialsOf(options.certificates)),
      intake_{backends.access, backends.admission, options.max_message_bytes},
      introspection_(backends.introspection, intake_),
      inference_(backends.inference, delivery_, intake_),
      hooks_(backends.hooks, delivery_, intake_, options.heartbeat),
      admin_(backends.admin, intake_, options.max_state_dict_bytes),
      open_inference_(backends.open_inference, intake_) {}

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(RpcBackends backends, const RpcOptions& options) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  auto server = std::unique_ptr<RpcServer>(new RpcServer(backends, options));
  grpc::ServerBuilder builder;
  ApplyLimits(options.limits, builder);
  builder.SetMaxReceiveMessageSize(
      static_cast<int>(std::min<size_t>(options.max_message_bytes, std::numeric_limits<int>::max())));
  builder.SetMaxSendMessageSize(-1);  // Messages are measured before they are made, with a better error.
  builder.RegisterService(&server->introspection_);
  builder.RegisterService(&server->inference_);
  builder.RegisterService(&server->hooks_);
  builder.RegisterService(&server->admin_);
  builder.RegisterService(&server->open_inference_);
  int port = 0;
  builder.AddListeningPort(options.listen, server->credentials_, &port);
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || port == 0) return CannotListen(options.listen);
  server->address_ = WithPort(options.listen, port);
  if (!options.health_listen.empty()) {
    auto health_port = HealthPort::Start(options.health_listen, options.limits);
    if (!health_port.ok()) return health_port.status();
    server->health_port_ = *std::move(health_port);
  }
  return server;
}

RpcServer::~RpcServer() { Shutdown(absl::InfinitePast()); }

void RpcServer::SetServing(const std::string& name, bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(name, serving);
  if (health_port_ != nullptr) health_port_->SetServing(name, serving);
}

void RpcServer::StopServing() {
  server_->GetHealthCheckService()->Shutdown();
  if (health_port_ != nullptr) health_port_->StopServing();
}

void RpcServer::Shutdown(absl::Time deadline) {
  if (server_ == nullptr) return;
  server_->Shutdown(absl::ToChronoTime(deadline));
  server_->Wait();
}

}  // namespace moduled::server
