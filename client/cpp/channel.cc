#include "client/cpp/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <grpcpp/support/client_interceptor.h>

#include <optional>
#include <utility>
#include <vector>

#include "client/cpp/bearer_token.h"

namespace moduled::client {
namespace {

grpc::ChannelArguments Arguments(const ClientOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(options.max_message_bytes);
  arguments.SetMaxSendMessageSize(options.max_message_bytes);
  // A subscription may be silent for long: notice within a minute that the server is gone.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  return arguments;
}

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const std::optional<TlsOptions>& tls) {
  if (!tls.has_value()) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials({.pem_root_certs = tls->ca, .pem_private_key = tls->key, .pem_cert_chain = tls->cert});
}

std::shared_ptr<grpc::Channel> ChannelWith(const grpc::ChannelArguments& arguments, const std::string& address,
                                           const ClientOptions& options) {
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> interceptors;
  if (!options.token.empty()) interceptors.push_back(std::make_unique<BearerTokenFactory>(options.token));
  return grpc::experimental::CreateCustomChannelWithInterceptors(address, CredentialsOf(options.tls), arguments,
                                                                 std::move(interceptors));
}

}  // namespace

std::shared_ptr<grpc::Channel> SharedChannel(const std::string& address, const ClientOptions& options) {
  return ChannelWith(Arguments(options), address, options);
}

std::shared_ptr<grpc::Channel> OwnChannel(const std::string& address, const ClientOptions& options) {
  grpc::ChannelArguments arguments = Arguments(options);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return ChannelWith(arguments, address, options);
}

}  // namespace moduled::client
