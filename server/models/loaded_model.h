// One version of a model, ready to run. Immutable: a request that holds on to it sees the same model to its end.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "nn/description/description.h"
#include "nn/plan/model.h"
#include "proto/contract/model_ref.h"
#include "server/models/batching.h"
#include "server/models/load_options.h"
#include "server/models/model_config.h"
#include "server/models/repository.h"
#include "server/models/run_cost.h"

namespace moduled::server {

class LoadedModel {
 public:
  // Builds the tree, loads the weights, strictly, and makes the plans for the signature's example.
  static absl::StatusOr<std::shared_ptr<const LoadedModel>> Load(const Repository& repository, const std::string& name,
                                                                 int64_t version, const LoadOptions& options);
  // From what was read, for a name and version that need not be in any repository.
  static absl::StatusOr<std::shared_ptr<const LoadedModel>> Make(const std::string& name, int64_t version,
                                                                 Repository::Version content,
                                                                 const LoadOptions& options);

  const contract::ModelRef& ref() const { return ref_; }
  int64_t version() const { return version_; }
  const nn::Description& description() const { return description_; }
  const nn::ModelSignature& signature() const { return signature_; }
  const ModelConfig& config() const { return config_; }
  const nn::Module& root() const { return model_->root(); }
  // Why the model does not take the signature's example; OK if it does, or there is none. A signature lists tensors,
  // one after the other: it does not say which of them a forward wants as a tuple.
  const absl::Status& example() const { return example_; }
  // Whether calls of it may run as one.
  const Batching& batching() const { return batching_; }
  // What a run costs, judged by the example.
  const RunCost& cost() const { return cost_; }
  // How far FAST outputs are from EXACT ones, relative to the largest: for the signature's example. Absent for other
  // precisions, and without an example that the model takes.
  std::optional<double> deviation() const { return deviation_; }
  // Running changes nothing but the model's caches of plans, which have a lock of their own.
  nn::Model& model() const { return *model_; }

 private:
  LoadedModel(const std::string& name, int64_t version, Repository::Version content, nn::ModelSignature signature,
              std::shared_ptr<const nn::Module> root, const LoadOptions& options);
  // Makes it ready.
  absl::Status Prepare(std::shared_ptr<const nn::Module> root, const LoadOptions& options);
  // INVALID_ARGUMENT if the model does not take it.
  absl::Status RunExample(std::shared_ptr<const nn::Module> root, const LoadOptions& options);

  const contract::ModelRef ref_;
  const int64_t version_;
  const nn::Description description_;
  const nn::ModelSignature signature_;
  const ModelConfig config_;
  absl::Status example_;
  RunCost cost_;
  Batching batching_ = {{}, "there is no example"};
  std::optional<double> deviation_;
  const std::unique_ptr<nn::Model> model_;
};

// The tree that a version describes, with its weights.
absl::StatusOr<std::shared_ptr<nn::Module>> BuildTree(const Repository::Version& content, int64_t max_bytes);

using ModelHandle = std::shared_ptr<const LoadedModel>;

}  // namespace moduled::server
