#include "server/models/local_admin.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/modules/state_dict.h"
#include "nn/tensor/status_macros.h"
#include "server/models/names.h"

namespace moduled::server {

using contract::ModelRef;

absl::Status LocalAdmin::CheckServing() const {
  if (draining_) return absl::UnavailableError("the server is shutting down");
  return absl::OkStatus();
}

absl::StatusOr<std::vector<contract::ModelStatus>> LocalAdmin::LoadAll() {
  absl::MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const std::vector<Repository::Entry> entries, repository_.Scan());
  std::vector<contract::ModelStatus> failed;
  for (const Repository::Entry& entry : entries) {
    if (entry.versions.empty()) continue;
    const int64_t version = entry.versions.back();
    if (const absl::Status status = Serve(entry.name, version).status(); !status.ok()) {
      failed.push_back(
          {{entry.name, absl::StrCat(version)}, contract::ModelState::kUnavailable, std::string(status.message())});
    }
  }
  return failed;
}

absl::StatusOr<ModelRef> LocalAdmin::LoadModel(const contract::LoadModelCall& call) {
  RETURN_IF_ERROR(CheckServing());
  RETURN_IF_ERROR(CheckModelName(call.model.name));
  absl::MutexLock lock(&mutex_);
  if (call.description.has_value()) return LoadDescription(call);
  ASSIGN_OR_RETURN(const std::vector<int64_t> versions, repository_.Versions(call.model.name));
  if (call.model.version.empty()) {
    if (versions.empty()) {
      return absl::NotFoundError(absl::StrCat("model ", Quoted(call.model.name), ": has no versions"));
    }
    return Serve(call.model.name, versions.back());
  }
  ASSIGN_OR_RETURN(const int64_t version, ParseVersion(call.model.version));
  return Serve(call.model.name, version);
}

absl::StatusOr<ModelRef> LocalAdmin::LoadDescription(const contract::LoadModelCall& call) {
  if (!call.model.version.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("model.version: a description becomes the next version (got ",
                                                   Quoted(call.model.version), ", want none)"));
  }
  ASSIGN_OR_RETURN(nn::Description description, nn::Description::Parse(*call.description));
  RETURN_IF_ERROR(description.Signature().status());
  ASSIGN_OR_RETURN(const std::shared_ptr<nn::Module> root,
                   description.Build({.seed = call.seed, .max_parameter_bytes = options_.load.max_bytes}));
  ASSIGN_OR_RETURN(description, description.Resolved(*root));
  ASSIGN_OR_RETURN(const int64_t version, repository_.Write(call.model.name, {.description = std::move(description),
                                                                              .weights = nn::GetStateDict(*root),
                                                                              .base = std::nullopt}));
  return ServeWritten(call.model.name, version);
}

absl::StatusOr<std::vector<ModelRef>> LocalAdmin::UnloadModel(const ModelRef& model) {
  RETURN_IF_ERROR(CheckServing());
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<std::vector<ModelRef>> removed = store_.Remove(model);
  if (removed.ok()) options_.on_unloaded();
  return removed;
}

absl::StatusOr<contract::LoadStateDictReply> LocalAdmin::LoadStateDict(const contract::LoadStateDictCall& call) {
  RETURN_IF_ERROR(CheckServing());
  absl::MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const ModelHandle base, store_.Find(call.model));
  ASSIGN_OR_RETURN(const std::shared_ptr<nn::Module> root, CopyTree(*base));
  ASSIGN_OR_RETURN(nn::IncompatibleKeys keys, nn::LoadStateDict(*root, call.state_dict, call.strict));
  ASSIGN_OR_RETURN(const int64_t version, repository_.Write(base->ref().name, {.description = std::nullopt,
                                                                               .weights = nn::GetStateDict(*root),
                                                                               .base = base->version()}));
  ASSIGN_OR_RETURN(ModelRef model, ServeWritten(base->ref().name, version));
  return contract::LoadStateDictReply{std::move(model), std::move(keys.missing_keys), std::move(keys.unexpected_keys)};
}

absl::StatusOr<std::shared_ptr<nn::Module>> LocalAdmin::CopyTree(const LoadedModel& model) const {
  ASSIGN_OR_RETURN(std::shared_ptr<nn::Module> root,
                   model.description().Build({.initialise = false, .max_parameter_bytes = options_.load.max_bytes}));
  RETURN_IF_ERROR(nn::LoadStateDict(*root, nn::GetStateDict(model.root())).status());
  return root;
}

absl::StatusOr<ModelRef> LocalAdmin::Serve(const std::string& name, int64_t version) {
  // A version never changes: one that is served is served as it is.
  if (const auto served = store_.Find({name, absl::StrCat(version)}); served.ok()) return (*served)->ref();
  RETURN_IF_ERROR(repository_.CheckVersion(name, version));
  store_.SetLoading(name, version);
  absl::StatusOr<ModelHandle> model = LoadedModel::Load(repository_, name, version, options_.load);
  if (!model.ok()) {
    store_.SetUnavailable(name, version, std::string(model.status().message()));
    return model.status();
  }
  ModelRef ref = (*model)->ref();
  options_.on_loaded(**model);
  store_.SetReady(*std::move(model));
  return ref;
}

absl::StatusOr<ModelRef> LocalAdmin::ServeWritten(const std::string& name, int64_t version) {
  absl::StatusOr<ModelRef> served = Serve(name, version);
  if (!served.ok()) {
    store_.Forget(name, version);
    repository_.Discard(name, version);
  }
  return served;
}

}  // namespace moduled::server
