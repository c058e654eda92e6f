#include "server/rpc/rpc_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace moduled::server {
namespace {

void AddChannelArguments(grpc::ServerBuilder& builder) {
  // A port that is taken must be an error, not a share of somebody else's connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Finds subscribers that have vanished without a word, which by default takes two hours.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Clients that look after idle subscriptions in the same way are not to be punished for it.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
}

}  // namespace

RpcServer::RpcServer(RpcBackends backends, const RpcOptions& options)
    : intake_{backends.access, backends.admission, options.max_message_bytes},
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
  AddChannelArguments(builder);
  builder.SetMaxReceiveMessageSize(
      static_cast<int>(std::min<size_t>(options.max_message_bytes, std::numeric_limits<int>::max())));
  builder.SetMaxSendMessageSize(-1);  // Messages are measured before they are made, with a better error.
  builder.RegisterService(&server->introspection_);
  builder.RegisterService(&server->inference_);
  builder.RegisterService(&server->hooks_);
  builder.RegisterService(&server->admin_);
  builder.RegisterService(&server->open_inference_);
  int port = 0;
  builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(), &port);
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || port == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", options.listen,
                                               ": the port is in use, or the address is not this machine's"));
  }
  const absl::string_view host = absl::string_view(options.listen).substr(0, options.listen.rfind(':'));
  server->address_ = absl::StrCat(host, ":", port);
  return server;
}

RpcServer::~RpcServer() { Shutdown(absl::InfinitePast()); }

void RpcServer::SetServing(const std::string& name, bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(name, serving);
}

void RpcServer::StopServing() { server_->GetHealthCheckService()->Shutdown(); }

void RpcServer::Shutdown(absl::Time deadline) {
  if (server_ == nullptr) return;
  server_->Shutdown(absl::ToChronoTime(deadline));
  server_->Wait();
}

}  // namespace moduled::server
