// The contract over the wire: what a server offers, called from C++.
//
//   auto client = moduled::client::Client::Connect("127.0.0.1:8001");
//   auto reply = contract::ForwardAndWait(client->inference(), {.model = {"resnet18", ""}, .arguments = {{image},
//   {}}});
//
// Thread-safe. May go when its calls have been answered, but not on a thread that calls back: it waits for those.
// Errors are the server's, status by status; UNAVAILABLE when it cannot be reached.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "proto/contract/admin.h"
#include "proto/contract/hooks.h"
#include "proto/contract/inference.h"
#include "proto/contract/introspection.h"

namespace grpc {
class Channel;
}

namespace moduled::client {

// PEM texts, not names of files.
struct TlsOptions {
  std::string ca = {};    // Who vouches for the server. Empty: whom the system trusts.
  std::string cert = {};  // The client's own certificate, with its key, for servers that ask for one.
  std::string key = {};
};

struct ClientOptions {
  // For calls that carry no deadline of their own. Subscriptions have none.
  absl::Duration timeout = absl::Seconds(60);
  // Of one message, both ways. gRPC's own default of 4 MiB is less than one picture.
  int max_message_bytes = std::numeric_limits<int>::max();
  // Of all tensors of a state_dict that a server sends.
  size_t max_state_dict_bytes = size_t{64} << 30;
  // Sent with every call, as `authorization: Bearer TOKEN`. Without TLS everybody on the way can read it.
  std::string token = {};
  std::optional<TlsOptions> tls = std::nullopt;  // Unset: plaintext.
};

class Client {
 public:
  // Connecting happens with the first call.
  static std::unique_ptr<Client> Connect(const std::string& address, ClientOptions options = {});
  // Over a channel that the caller made.
  Client(std::shared_ptr<grpc::Channel> channel, ClientOptions options);
  ~Client();

  contract::Introspection& introspection() { return *introspection_; }
  contract::Inference& inference() { return *inference_; }
  contract::Hooks& hooks() { return *hooks_; }
  contract::Admin& admin() { return *admin_; }

 private:
  std::unique_ptr<contract::Introspection> introspection_;
  std::unique_ptr<contract::Inference> inference_;
  std::unique_ptr<contract::Hooks> hooks_;
  std::unique_ptr<contract::Admin> admin_;
};

}  // namespace moduled::client
