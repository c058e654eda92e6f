// The models that are served, and how far the others have come.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "proto/contract/introspection.h"
#include "server/models/loaded_model.h"

namespace moduled::server {

// Thread-safe. A handle that was found stays good after the model is unloaded.
class ModelStore {
 public:
  // Told when a model begins or ceases to be served in some version. Called under the store's lock: in order, and not
  // to call back.
  using Listener = std::function<void(const std::string& name, bool serving)>;
  explicit ModelStore(Listener listener = {}) : listener_(std::move(listener)) {}

  // An empty version means the newest that is served. NOT_FOUND, with near names, if it is not served.
  absl::StatusOr<ModelHandle> Find(const contract::ModelRef& model) const;

  void SetLoading(const std::string& name, int64_t version);
  void SetReady(ModelHandle model);
  // If it is not being served.
  void SetUnavailable(const std::string& name, int64_t version, std::string reason);
  // Forgets an unavailable version that no longer exists.
  void Forget(const std::string& name, int64_t version);

  // Stops serving. An empty version means all. Answers what no longer serves; NOT_FOUND if that is nothing.
  absl::StatusOr<std::vector<contract::ModelRef>> Remove(const contract::ModelRef& model);

  // Every version that the store has heard of, by name and number.
  std::vector<contract::ModelStatus> List() const;

 private:
  struct Slot {
    contract::ModelState state = contract::ModelState::kLoading;
    std::string reason;
    ModelHandle model;                         // While it serves.
    std::weak_ptr<const LoadedModel> leaving;  // After that, as long as requests hold on to it.
  };
  using Versions = std::map<int64_t, Slot>;

  absl::Status NotServed(const contract::ModelRef& model) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static bool Serves(const Versions& versions);

  const Listener listener_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Versions> models_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace moduled::server
