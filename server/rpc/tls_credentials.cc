#include "server/rpc/tls_credentials.h"

#include <grpc/grpc.h>

namespace moduled::server {

// For every new connection, on any thread.
grpc_ssl_certificate_config_reload_status TlsCredentials::Fetch(void* self,
                                                                grpc_ssl_server_certificate_config** config) {
  auto& credentials = *static_cast<TlsCredentials*>(self);
  absl::MutexLock lock(&credentials.mutex_);
  std::shared_ptr<const Certificate> current = credentials.certificates_.Current();
  if (current == credentials.given_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  const grpc_ssl_pem_key_cert_pair pair = {current->key.c_str(), current->chain.c_str()};
  // gRPC insists on somebody who vouches for clients, also where they are not asked for anything.
  const std::string client_ca = current->client_ca.value_or(current->chain);
  *config = grpc_ssl_server_certificate_config_create(client_ca.c_str(), &pair, 1);
  credentials.given_ = std::move(current);
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

int TlsCredentials::AddPortToServer(const std::string& address, grpc_server* server) {
  const auto request = certificates_.asks_clients() ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                                    : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
  grpc_server_credentials* const credentials = grpc_ssl_server_credentials_create_with_options(
      grpc_ssl_server_credentials_create_options_using_config_fetcher(request, &Fetch, this));
  if (credentials == nullptr) return 0;
  const int port = grpc_server_add_http2_port(server, address.c_str(), credentials);
  grpc_server_credentials_release(credentials);
  return port;
}

}  // namespace moduled::server
