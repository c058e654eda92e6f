// contract::Inference over the wire.
#pragma once

#include <memory>

#include "client/cpp/client.h"
#include "moduled/v1/inference.grpc.pb.h"

namespace moduled::client {

class WireInference final : public contract::Inference {
 public:
  WireInference(const std::shared_ptr<grpc::Channel>& channel, ClientOptions options);

  void Forward(contract::ForwardCall call, Done done) override;
  void ForwardStream(contract::ForwardCall call, OnEvent on_event, Done done) override;
  void Backward(contract::BackwardCall call, BackwardDone done) override;

 private:
  const std::shared_ptr<v1::Inference::Stub> stub_;
  const ClientOptions options_;
};

}  // namespace moduled::client
