#include "server/models/model_store.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "proto/contract/near_names.h"
#include "server/models/names.h"

namespace moduled::server {

using contract::ModelRef;
using contract::ModelState;
using contract::ModelStatus;

bool ModelStore::Serves(const Versions& versions) {
  return std::any_of(versions.begin(), versions.end(),
                     [](const auto& entry) { return entry.second.state == ModelState::kReady; });
}

absl::StatusOr<ModelHandle> ModelStore::Find(const ModelRef& model) const {
  if (model.name.empty()) return absl::InvalidArgumentError("model.name: empty");
  std::optional<int64_t> version;
  if (!model.version.empty()) {
    ASSIGN_OR_RETURN(version, ParseVersion(model.version));
  }
  absl::MutexLock lock(&mutex_);
  if (const auto it = models_.find(model.name); it != models_.end()) {
    for (auto slot = it->second.rbegin(); slot != it->second.rend(); ++slot) {
      if (version.has_value() && slot->first != *version) continue;
      if (slot->second.state == ModelState::kReady) return slot->second.model;
    }
  }
  return NotServed(model);
}

absl::Status ModelStore::NotServed(const ModelRef& model) const {
  const auto it = models_.find(model.name);
  if (it == models_.end() || it->second.empty()) {
    std::vector<std::string> names;
    for (const auto& [name, versions] : models_) names.push_back(name);
    return absl::NotFoundError(
        absl::StrCat("model ", Quoted(model.name), ": not loaded", contract::DidYouMean(model.name, names)));
  }
  std::vector<std::string> served;
  for (const auto& [version, slot] : it->second) {
    if (slot.state == ModelState::kReady) served.push_back(absl::StrCat(version));
  }
  if (!served.empty()) {
    std::string list = served.front();
    for (size_t i = 1; i < served.size(); ++i) absl::StrAppend(&list, ", ", served[i]);
    return absl::NotFoundError(
        absl::StrCat("model ", Quoted(model.name), ": version ", model.version, " is not loaded (loaded: ", list, ")"));
  }
  const auto& [version, slot] = *it->second.rbegin();
  switch (slot.state) {
    case ModelState::kLoading:
      return absl::UnavailableError(absl::StrCat("model ", Quoted(model.name), ": being loaded"));
    case ModelState::kUnavailable:
      if (!slot.reason.empty()) {
        return absl::NotFoundError(
            absl::StrCat("model ", Quoted(model.name), ": version ", version, " could not be loaded: ", slot.reason));
      }
      break;
    default:
      break;
  }
  return absl::NotFoundError(absl::StrCat("model ", Quoted(model.name), ": not loaded"));
}

void ModelStore::SetLoading(const std::string& name, int64_t version) {
  absl::MutexLock lock(&mutex_);
  Slot& slot = models_[name][version];
  if (slot.state == ModelState::kReady) return;
  slot = Slot();
}

void ModelStore::SetReady(ModelHandle model) {
  absl::MutexLock lock(&mutex_);
  Slot slot;
  slot.state = ModelState::kReady;
  slot.model = std::move(model);
  const std::string name = slot.model->ref().name;
  models_[name][slot.model->version()] = std::move(slot);
  if (listener_) listener_(name, true);
}

void ModelStore::SetUnavailable(const std::string& name, int64_t version, std::string reason) {
  absl::MutexLock lock(&mutex_);
  Versions& versions = models_[name];
  Slot& slot = versions[version];
  if (slot.state == ModelState::kReady) return;
  slot = Slot{ModelState::kUnavailable, std::move(reason), nullptr, {}};
  if (listener_) listener_(name, Serves(versions));
}

void ModelStore::Forget(const std::string& name, int64_t version) {
  absl::MutexLock lock(&mutex_);
  const auto it = models_.find(name);
  if (it == models_.end()) return;
  const auto slot = it->second.find(version);
  if (slot != it->second.end() && slot->second.state == ModelState::kUnavailable) it->second.erase(slot);
  if (it->second.empty()) models_.erase(it);
}

absl::StatusOr<std::vector<ModelRef>> ModelStore::Remove(const ModelRef& model) {
  if (model.name.empty()) return absl::InvalidArgumentError("model.name: empty");
  std::optional<int64_t> version;
  if (!model.version.empty()) {
    ASSIGN_OR_RETURN(version, ParseVersion(model.version));
  }
  // The last reference may be ours, and a model takes its time to go: not under the lock.
  std::vector<ModelHandle> removed;
  std::vector<ModelRef> refs;
  absl::MutexLock lock(&mutex_);
  if (const auto it = models_.find(model.name); it != models_.end()) {
    for (auto& [number, slot] : it->second) {
      if (slot.state != ModelState::kReady || (version.has_value() && number != *version)) continue;
      refs.push_back(slot.model->ref());
      slot.state = ModelState::kUnloading;
      slot.leaving = slot.model;
      removed.push_back(std::move(slot.model));
      slot.model = nullptr;
    }
    if (!refs.empty() && listener_) listener_(model.name, Serves(it->second));
  }
  if (refs.empty()) return NotServed(model);
  return refs;
}

std::vector<ModelStatus> ModelStore::List() const {
  std::vector<ModelStatus> list;
  absl::MutexLock lock(&mutex_);
  for (const auto& [name, versions] : models_) {
    for (const auto& [version, slot] : versions) {
      ModelStatus status{{name, absl::StrCat(version)}, slot.state, slot.reason};
      if (status.state == ModelState::kUnloading && slot.leaving.expired()) {
        status.state = ModelState::kUnavailable;
        status.reason = "unloaded";
      }
      list.push_back(std::move(status));
    }
  }
  return list;
}

}  // namespace moduled::server
