// TLS for gRPC's port, with the certificate of the moment for every new connection.
//
// gRPC's own provider of watched files replaces what works by what does not when the files are wrong, and ends the
// process when they are empty. So the files are read and checked elsewhere, and gRPC asks here.
#pragma once

#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/access/certificates.h"

namespace moduled::server {

// Must outlive the server that listens with it.
class TlsCredentials final : public grpc::ServerCredentials {
 public:
  explicit TlsCredentials(const Certificates& certificates) : certificates_(certificates) {}

  // Calls are looked at where they are taken in, not here.
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override;
  static grpc_ssl_certificate_config_reload_status Fetch(void* self, grpc_ssl_server_certificate_config** config);

  const Certificates& certificates_;
  absl::Mutex mutex_;
  std::shared_ptr<const Certificate> given_ ABSL_GUARDED_BY(mutex_);  // The one that gRPC has.
};

}  // namespace moduled::server
