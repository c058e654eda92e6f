#include "server/models/local_introspection.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/modules/module.h"
#include "nn/modules/state_dict.h"
#include "nn/tensor/status_macros.h"
#include "proto/contract/near_names.h"

namespace moduled::server {
namespace {

using contract::BufferInfo;
using contract::Listing;
using contract::ModelRef;
using contract::ModuleInfo;
using contract::ParameterInfo;

ModuleInfo Describe(std::string path, const nn::Module& module) {
  ModuleInfo info{.path = std::move(path),
                  .type = module.type(),
                  .extra_repr = module.ExtraRepr(),
                  .training = module.training(),
                  .parameter_count = 0,
                  .children = {}};
  for (const auto& [name, parameter] : module.named_parameters(/*recurse=*/false)) {
    info.parameter_count += parameter->data.numel();
  }
  for (const auto& [name, child] : module.children_slots()) {
    if (child != nullptr) info.children.push_back(name);
  }
  return info;
}

// `result`, or torch's error and the names that were perhaps meant.
template <class T>
absl::StatusOr<T*> OrNear(absl::StatusOr<T*> result, const std::string& path, const nn::Module::Named<T*>& named) {
  if (!absl::IsNotFound(result.status())) return result;
  std::vector<std::string> names;
  for (const auto& [name, value] : named) names.push_back(name);
  return absl::NotFoundError(absl::StrCat(result.status().message(), contract::DidYouMean(path, names)));
}

absl::StatusOr<nn::Module*> FindModule(const LoadedModel& model, const std::string& path) {
  absl::StatusOr<nn::Module*> module = model.root().get_submodule(path);
  if (module.ok()) return module;
  return OrNear(std::move(module), path, model.root().named_modules(/*remove_duplicate=*/false));
}

std::string Join(const std::string& path, const std::string& name) {
  return path.empty() ? name : absl::StrCat(path, ".", name);
}

}  // namespace

absl::StatusOr<std::vector<contract::ModelStatus>> LocalIntrospection::ListModels() {
  // What the store knows goes before what lies in the repository.
  std::map<std::pair<std::string, int64_t>, contract::ModelStatus> known;
  ASSIGN_OR_RETURN(const std::vector<Repository::Entry> entries, repository_.Scan());
  for (const Repository::Entry& entry : entries) {
    if (entry.versions.empty()) {
      known[{entry.name, 0}] = {{entry.name, ""}, contract::ModelState::kUnavailable, "has no versions"};
    }
    for (const int64_t version : entry.versions) {
      known[{entry.name, version}] = {
          {entry.name, absl::StrCat(version)}, contract::ModelState::kUnavailable, "not loaded"};
    }
  }
  for (contract::ModelStatus& status : store_.List()) {
    const int64_t version = std::stoll(status.model.version);
    known[{status.model.name, version}] = std::move(status);
  }
  std::vector<contract::ModelStatus> list;
  list.reserve(known.size());
  for (auto& [key, status] : known) list.push_back(std::move(status));
  return list;
}

absl::StatusOr<contract::ModelDetails> LocalIntrospection::DescribeModel(const ModelRef& model) {
  ASSIGN_OR_RETURN(const ModelHandle handle, store_.Find(model));
  contract::ModelDetails details;
  details.model = handle->ref();
  details.description = handle->description().Serialize();
  details.repr = handle->root().Repr();
  for (const auto& [path, parameter] : handle->root().named_parameters()) {
    details.parameter_count += parameter->data.numel();
    details.parameter_bytes += static_cast<int64_t>(parameter->data.byte_size());
  }
  for (const auto& [path, buffer] : handle->root().named_buffers()) {
    details.parameter_bytes += static_cast<int64_t>(buffer->data.byte_size());
  }
  details.precision = ToContract(handle->config().precision);
  details.deviation = handle->deviation();
  return details;
}

absl::StatusOr<Listing<ModuleInfo>> LocalIntrospection::NamedModules(const ModelRef& model, const std::string& path,
                                                                     bool remove_duplicate) {
  ASSIGN_OR_RETURN(const ModelHandle handle, store_.Find(model));
  ASSIGN_OR_RETURN(const nn::Module* module, FindModule(*handle, path));
  Listing<ModuleInfo> listing{handle->ref(), {}};
  for (auto& [name, each] : module->named_modules(remove_duplicate, path)) {
    listing.items.push_back(Describe(std::move(name), *each));
  }
  return listing;
}

absl::StatusOr<Listing<ModuleInfo>> LocalIntrospection::NamedChildren(const ModelRef& model, const std::string& path) {
  ASSIGN_OR_RETURN(const ModelHandle handle, store_.Find(model));
  ASSIGN_OR_RETURN(const nn::Module* module, FindModule(*handle, path));
  Listing<ModuleInfo> listing{handle->ref(), {}};
  for (const auto& [name, child] : module->named_children()) {
    listing.items.push_back(Describe(Join(path, name), *child));
  }
  return listing;
}

absl::StatusOr<contract::SubmoduleReply> LocalIntrospection::GetSubmodule(const ModelRef& model,
                                                                          const std::string& path) {
  ASSIGN_OR_RETURN(const ModelHandle handle, store_.Find(model));
  ASSIGN_OR_RETURN(const nn::Module* module, FindModule(*handle, path));
  return contract::SubmoduleReply{handle->ref(), Describe(path, *module), module->Repr()};
}

absl::StatusOr<Listing<ParameterInfo>> LocalIntrospection::NamedParameters(const ModelRef& model,
                                                                           const std::string& path,
                                                                           contract::ListOptions options) {
  ASSIGN_OR_RETURN(const ModelHandle handle, store_.Find(model));
  ASSIGN_OR_RETURN(const nn::Module* module, FindModule(*handle, path));
  Listing<ParameterInfo> listing{handle->ref(), {}};
  for (auto& [name, parameter] : module->named_parameters(options.recurse, options.remove_duplicate, path)) {
    listing.items.push_back({std::move(name), parameter->data.spec(), parameter->requires_grad});
  }
  return listing;
}

absl::StatusOr<contract::ParameterReply> LocalIntrospection::GetParameter(const ModelRef& model,
                                                                          const std::string& path) {
  ASSIGN_OR_RETURN(const ModelHandle handle, store_.Find(model));
  absl::StatusOr<nn::Parameter*> found = handle->root().get_parameter(path);
  if (!found.ok()) found = OrNear(std::move(found), path, handle->root().named_parameters(true, false));
  ASSIGN_OR_RETURN(const nn::Parameter* parameter, std::move(found));
  return contract::ParameterReply{handle->ref(), parameter->data, parameter->requires_grad};
}

absl::StatusOr<Listing<BufferInfo>> LocalIntrospection::NamedBuffers(const ModelRef& model, const std::string& path,
                                                                     contract::ListOptions options) {
  ASSIGN_OR_RETURN(const ModelHandle handle, store_.Find(model));
  ASSIGN_OR_RETURN(const nn::Module* module, FindModule(*handle, path));
  Listing<BufferInfo> listing{handle->ref(), {}};
  for (auto& [name, buffer] : module->named_buffers(options.recurse, options.remove_duplicate, path)) {
    listing.items.push_back({std::move(name), buffer->data.spec(), buffer->persistent});
  }
  return listing;
}

absl::StatusOr<contract::BufferReply> LocalIntrospection::GetBuffer(const ModelRef& model, const std::string& path) {
  ASSIGN_OR_RETURN(const ModelHandle handle, store_.Find(model));
  absl::StatusOr<nn::Buffer*> found = handle->root().get_buffer(path);
  if (!found.ok()) found = OrNear(std::move(found), path, handle->root().named_buffers(true, false));
  ASSIGN_OR_RETURN(const nn::Buffer* buffer, std::move(found));
  return contract::BufferReply{handle->ref(), buffer->data, buffer->persistent};
}

absl::StatusOr<contract::StateDictReply> LocalIntrospection::StateDict(const ModelRef& model, const std::string& path) {
  ASSIGN_OR_RETURN(const ModelHandle handle, store_.Find(model));
  ASSIGN_OR_RETURN(const nn::Module* module, FindModule(*handle, path));
  return contract::StateDictReply{handle->ref(), nn::GetStateDict(*module)};
}

}  // namespace moduled::server
