// Where the server says that the time of a model's calls went: ModelStatistics, an extension of the Open Inference
// Protocol, counted whatever the protocol of the calls.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "client/cpp/client.h"
#include "proto/contract/model_ref.h"

namespace grpc {
class Channel;
}

namespace moduled::modulectl::bench {

// Of a number of calls together; nanoseconds.
struct ServerTimes {
  uint64_t calls = 0;
  uint64_t runs = 0;  // Calls that run as one share a run.
  uint64_t queue = 0;
  uint64_t compute = 0;

  // Nothing of what was before.
  ServerTimes Since(const ServerTimes& before) const;
  // Microseconds a call; 0 if there was none.
  double QueueOfCall() const { return OfCall(queue); }
  double ComputeOfCall() const { return OfCall(compute); }

 private:
  double OfCall(uint64_t nanoseconds) const {
    return calls == 0 ? 0 : static_cast<double>(nanoseconds) / static_cast<double>(calls) / 1000;
  }
};

class ServerClock {
 public:
  ServerClock(const std::string& address, const client::ClientOptions& options, contract::ModelRef model);

  // Since the model was loaded. Nothing where the server does not say so.
  std::optional<ServerTimes> Read() const;

 private:
  const client::ClientOptions options_;
  const contract::ModelRef model_;
  const std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace moduled::modulectl::bench
