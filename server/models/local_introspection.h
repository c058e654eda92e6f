// contract::Introspection in process: over the models of a store.
#pragma once

#include <string>
#include <vector>

#include "proto/contract/introspection.h"
#include "server/models/model_store.h"
#include "server/models/repository.h"

namespace moduled::server {

// Both must outlive it. ListModels reads the repository's directories; all else is answered from memory.
class LocalIntrospection final : public contract::Introspection {
 public:
  LocalIntrospection(const ModelStore& store, const Repository& repository) : store_(store), repository_(repository) {}

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

 private:
  const ModelStore& store_;
  const Repository& repository_;
};

}  // namespace moduled::server
