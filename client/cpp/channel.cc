#include "client/cpp/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

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

}  // namespace

std::shared_ptr<grpc::Channel> SharedChannel(const std::string& address, const ClientOptions& options) {
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), Arguments(options));
}

std::shared_ptr<grpc::Channel> OwnChannel(const std::string& address, const ClientOptions& options) {
  grpc::ChannelArguments arguments = Arguments(options);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace moduled::client
