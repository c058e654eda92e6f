// contract::Admin in process: loads and unloads models of the repository and writes new versions to it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "proto/contract/admin.h"
#include "server/models/model_store.h"
#include "server/models/repository.h"

namespace moduled::server {

// Changes are made one after the other; each happens whole or not at all.
class LocalAdmin final : public contract::Admin {
 public:
  // Both must outlive it. `max_model_bytes` bounds the parameters and buffers of one version.
  LocalAdmin(ModelStore& store, const Repository& repository, int64_t max_model_bytes)
      : store_(store), repository_(repository), max_model_bytes_(max_model_bytes) {}

  // Loads the newest version of every model. One that cannot be loaded is listed with its reason, and returned here;
  // the others are served.
  absl::StatusOr<std::vector<contract::ModelStatus>> LoadAll();

  absl::StatusOr<contract::ModelRef> LoadModel(const contract::LoadModelCall& call) override;
  absl::StatusOr<std::vector<contract::ModelRef>> UnloadModel(const contract::ModelRef& model) override;
  absl::StatusOr<contract::LoadStateDictReply> LoadStateDict(const contract::LoadStateDictCall& call) override;

  // From now on every call answers UNAVAILABLE.
  void Drain() { draining_ = true; }

 private:
  absl::Status CheckServing() const;
  absl::StatusOr<contract::ModelRef> LoadDescription(const contract::LoadModelCall& call)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Loads a version and serves it.
  absl::StatusOr<contract::ModelRef> Serve(const std::string& name, int64_t version)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The same for a version that was just written, which goes again if it cannot be served.
  absl::StatusOr<contract::ModelRef> ServeWritten(const std::string& name, int64_t version)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  ModelStore& store_;
  const Repository& repository_;
  const int64_t max_model_bytes_;
  std::atomic<bool> draining_ = false;
  absl::Mutex mutex_;  // Guards no data: it is the order of the changes.
};

}  // namespace moduled::server
