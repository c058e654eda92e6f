// contract::Admin in process: loads and unloads models of the repository and writes new versions to it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "proto/contract/admin.h"
#include "server/models/load_options.h"
#include "server/models/model_store.h"
#include "server/models/repository.h"

namespace moduled::server {

struct AdminOptions {
  LoadOptions load = {};
  std::function<void(const LoadedModel&)> on_loaded = [](const LoadedModel&) {};  // Told of a model that is ready.
  std::function<void()> on_unloaded = [] {};  // Called when there may be memory to give back.
};

// Changes are made one after the other; each happens whole or not at all.
class LocalAdmin final : public contract::Admin {
 public:
  // Both must outlive it.
  LocalAdmin(ModelStore& store, const Repository& repository, AdminOptions options)
      : store_(store), repository_(repository), options_(std::move(options)) {}

  // Loads the newest version of every model. One that cannot be loaded is listed with its reason, and returned here;
  // the others are served.
  absl::StatusOr<std::vector<contract::ModelStatus>> LoadAll();

  absl::StatusOr<contract::ModelRef> LoadModel(const contract::LoadModelCall& call) override;
  absl::StatusOr<std::vector<contract::ModelRef>> UnloadModel(const contract::ModelRef& model) override;
  absl::StatusOr<contract::LoadStateDictReply> LoadStateDict(const contract::LoadStateDictCall& call) override;

  absl::StatusOr<contract::ApplyReply> Apply(const contract::ApplyCall& call) override;
  absl::StatusOr<contract::ModelRef> Train(const contract::ModelRef& model, const std::string& path,
                                           bool mode) override;
  absl::StatusOr<contract::ModelRef> RequiresGrad(const contract::ModelRef& model, const std::string& path,
                                                  bool requires_grad) override;

  // From now on every call answers UNAVAILABLE.
  void Drain() { draining_ = true; }

 private:
  absl::Status CheckServing() const;
  absl::StatusOr<contract::ModelRef> LoadDescription(const contract::LoadModelCall& call)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // A tree of its own with the model's state: the one that serves does not change.
  absl::StatusOr<std::shared_ptr<nn::Module>> CopyTree(const LoadedModel& model) const;
  // Writes a changed tree as the next version, with the base's weights unless there are new elements, and serves it.
  absl::StatusOr<contract::ModelRef> WriteChanged(const LoadedModel& base, const nn::Module& root, bool new_elements)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Loads a version and serves it.
  absl::StatusOr<contract::ModelRef> Serve(const std::string& name, int64_t version)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The same for a version that was just written, which goes again if it cannot be served.
  absl::StatusOr<contract::ModelRef> ServeWritten(const std::string& name, int64_t version)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  ModelStore& store_;
  const Repository& repository_;
  const AdminOptions options_;
  std::atomic<bool> draining_ = false;
  absl::Mutex mutex_;  // Guards no data: it is the order of the changes.
};

}  // namespace moduled::server
