// One version of a model, ready to run. Immutable: a request that holds on to it sees the same model to its end.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "nn/description/description.h"
#include "nn/plan/model.h"
#include "proto/contract/model_ref.h"
#include "server/models/repository.h"

namespace moduled::server {

class LoadedModel {
 public:
  // Builds the tree and loads the weights, strictly. `max_bytes` bounds parameters and buffers together.
  static absl::StatusOr<std::shared_ptr<const LoadedModel>> Load(const Repository& repository, const std::string& name,
                                                                 int64_t version, int64_t max_bytes);
  // From what was read, for a name and version that need not be in any repository.
  static absl::StatusOr<std::shared_ptr<const LoadedModel>> Make(const std::string& name, int64_t version,
                                                                 Repository::Version content, int64_t max_bytes);

  const contract::ModelRef& ref() const { return ref_; }
  int64_t version() const { return version_; }
  const nn::Description& description() const { return description_; }
  const nn::ModelSignature& signature() const { return signature_; }
  const nn::Module& root() const { return model_->root(); }
  // Running changes nothing but the model's caches of plans, which have a lock of their own.
  nn::Model& model() const { return *model_; }

 private:
  LoadedModel(const std::string& name, int64_t version, nn::Description description, nn::ModelSignature signature,
              std::shared_ptr<const nn::Module> root);

  const contract::ModelRef ref_;
  const int64_t version_;
  const nn::Description description_;
  const nn::ModelSignature signature_;
  const std::unique_ptr<nn::Model> model_;
};

using ModelHandle = std::shared_ptr<const LoadedModel>;

}  // namespace moduled::server
