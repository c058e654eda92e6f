// contract::Hooks over the wire.
#pragma once

#include <memory>
#include <vector>

#include "client/cpp/client.h"
#include "moduled/v1/hooks.grpc.pb.h"

namespace moduled::client {

class WireHooks final : public contract::Hooks {
 public:
  WireHooks(const std::shared_ptr<grpc::Channel>& channel, ClientOptions options);

  absl::StatusOr<std::unique_ptr<contract::Subscription>> Subscribe(const contract::SubscribeCall& call) override;
  absl::StatusOr<std::vector<contract::SubscriptionInfo>> ListSubscriptions() override;

 private:
  // Subscriptions keep the stub: they may outlive the client.
  const std::shared_ptr<v1::Hooks::Stub> stub_;
  const ClientOptions options_;
};

}  // namespace moduled::client
