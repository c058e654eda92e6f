// contract::Admin over the wire.
#pragma once

#include <memory>
#include <vector>

#include "client/cpp/client.h"
#include "moduled/v1/admin.grpc.pb.h"

namespace moduled::client {

class WireAdmin final : public contract::Admin {
 public:
  WireAdmin(const std::shared_ptr<grpc::Channel>& channel, ClientOptions options);

  absl::StatusOr<contract::ModelRef> LoadModel(const contract::LoadModelCall& call) override;
  absl::StatusOr<std::vector<contract::ModelRef>> UnloadModel(const contract::ModelRef& model) override;
  absl::StatusOr<contract::LoadStateDictReply> LoadStateDict(const contract::LoadStateDictCall& call) override;
  absl::StatusOr<contract::ApplyReply> Apply(const contract::ApplyCall& call) override;
  absl::StatusOr<contract::ModelRef> Train(const contract::ModelRef& model, const std::string& path,
                                           bool mode) override;
  absl::StatusOr<contract::ModelRef> RequiresGrad(const contract::ModelRef& model, const std::string& path,
                                                  bool requires_grad) override;

 private:
  const std::unique_ptr<v1::Admin::Stub> stub_;
  const ClientOptions options_;
};

}  // namespace moduled::client
