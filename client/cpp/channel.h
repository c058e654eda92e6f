// Channels to a server, as the client makes them.
#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "client/cpp/client.h"

namespace moduled::client {

// Shares a connection with the process's other channels to the same server.
std::shared_ptr<grpc::Channel> SharedChannel(const std::string& address, const ClientOptions& options);
// Has a connection of its own: a connection is served by one thread at a time.
std::shared_ptr<grpc::Channel> OwnChannel(const std::string& address, const ClientOptions& options);

}  // namespace moduled::client
