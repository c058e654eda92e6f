#include "client/cpp/client.h"

#include "client/cpp/channel.h"
#include "client/cpp/wire_admin.h"
#include "client/cpp/wire_hooks.h"
#include "client/cpp/wire_inference.h"
#include "client/cpp/wire_introspection.h"

namespace moduled::client {

std::unique_ptr<Client> Client::Connect(const std::string& address, ClientOptions options) {
  return std::make_unique<Client>(SharedChannel(address, options), options);
}

Client::Client(std::shared_ptr<grpc::Channel> channel, ClientOptions options)
    : introspection_(std::make_unique<WireIntrospection>(channel, options)),
      inference_(std::make_unique<WireInference>(channel, options)),
      hooks_(std::make_unique<WireHooks>(channel, options)),
      admin_(std::make_unique<WireAdmin>(channel, options)) {}

Client::~Client() = default;

}  // namespace moduled::client
