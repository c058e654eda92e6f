#include "client/cpp/client.h"

#include <grpcpp/grpcpp.h>

#include "client/cpp/wire_admin.h"
#include "client/cpp/wire_hooks.h"
#include "client/cpp/wire_inference.h"
#include "client/cpp/wire_introspection.h"

namespace moduled::client {

std::unique_ptr<Client> Client::Connect(const std::string& address, ClientOptions options) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(options.max_message_bytes);
  arguments.SetMaxSendMessageSize(options.max_message_bytes);
  // A subscription may be silent for long: notice within a minute that the server is gone.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  return std::make_unique<Client>(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments),
                                  options);
}

Client::Client(std::shared_ptr<grpc::Channel> channel, ClientOptions options)
    : introspection_(std::make_unique<WireIntrospection>(channel, options)),
      inference_(std::make_unique<WireInference>(channel, options)),
      hooks_(std::make_unique<WireHooks>(channel, options)),
      admin_(std::make_unique<WireAdmin>(channel, options)) {}

Client::~Client() = default;

}  // namespace moduled::client
