// What is called: one method of one server, with requests that are bytes already.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/support/byte_buffer.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace moduled::modulectl::bench {

struct Target {
  // A channel with a connection of its own.
  std::function<std::shared_ptr<grpc::Channel>()> connect;
  std::string method;                      // "/moduled.v1.Inference/Forward".
  std::vector<grpc::ByteBuffer> requests;  // Sent in turns. At least one.
  absl::Duration timeout = absl::Seconds(60);
};

}  // namespace moduled::modulectl::bench
