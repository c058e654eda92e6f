// contract::Introspection over the wire.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/cpp/client.h"
#include "moduled/v1/introspection.grpc.pb.h"

namespace moduled::client {

class WireIntrospection final : public contract::Introspection {
 public:
  WireIntrospection(const std::shared_ptr<grpc::Channel>& channel, ClientOptions options);

  absl::StatusOr<std::vector<contract::ModelStatus>> ListModels() override;
  absl::StatusOr<contract::ModelDetails> DescribeModel(const contract::ModelRef& model) override;
  absl::StatusOr<contract::Listing<contract::ModuleInfo>> NamedModules(const contract::ModelRef& model,
                                                                       const std::string& path,
                                                                       bool remove_duplicate) override;
  absl::StatusOr<contract::Listing<contract::ModuleInfo>> NamedChildren(const contract::ModelRef& model,
                                                                        const std::string& path) override;
  absl::StatusOr<contract::SubmoduleReply> GetSubmodule(const contract::ModelRef& model,
                                                        const std::string& path) override;
  absl::StatusOr<contract::Listing<contract::ParameterInfo>> NamedParameters(const contract::ModelRef& model,
                                                                             const std::string& path,
                                                                             contract::ListOptions options) override;
  absl::StatusOr<contract::ParameterReply> GetParameter(const contract::ModelRef& model,
                                                        const std::string& path) override;
  absl::StatusOr<contract::Listing<contract::BufferInfo>> NamedBuffers(const contract::ModelRef& model,
                                                                       const std::string& path,
                                                                       contract::ListOptions options) override;
  absl::StatusOr<contract::BufferReply> GetBuffer(const contract::ModelRef& model, const std::string& path) override;
  absl::StatusOr<contract::StateDictReply> StateDict(const contract::ModelRef& model, const std::string& path) override;
  absl::StatusOr<contract::SummaryReply> Summary(const contract::SummaryCall& call) override;
  void DescribePlan(contract::PlanCall call, PlanDone done) override;

 private:
  const std::unique_ptr<v1::Introspection::Stub> stub_;
  const ClientOptions options_;
};

}  // namespace moduled::client
