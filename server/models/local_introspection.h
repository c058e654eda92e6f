// contract::Introspection in process: over the models of a store.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "proto/contract/introspection.h"
#include "server/models/model_store.h"
#include "server/models/repository.h"

namespace moduled::server {

// Both must outlive it. ListModels reads the repository's directories; all else is answered from memory, but for plans:
// to compute is not for this room.
class LocalIntrospection final : public contract::Introspection {
 public:
  using Planner = std::function<void(contract::PlanCall call, PlanDone done)>;
  LocalIntrospection(const ModelStore& store, const Repository& repository, Planner planner)
      : store_(store), repository_(repository), planner_(std::move(planner)) {}

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
  absl::StatusOr<contract::SummaryReply> Summary(const contract::SummaryCall& call) override;  // local_summary.cc
  void DescribePlan(contract::PlanCall call, PlanDone done) override { planner_(std::move(call), std::move(done)); }

 private:
  const ModelStore& store_;
  const Repository& repository_;
  const Planner planner_;
};

}  // namespace moduled::server
