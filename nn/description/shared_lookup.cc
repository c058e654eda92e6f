#include "nn/description/shared_lookup.h"

#include "absl/strings/str_split.h"

namespace moduled::nn {

std::shared_ptr<Module> FindSharedModule(const std::shared_ptr<Module>& root, absl::string_view path) {
  std::shared_ptr<Module> module = root;
  if (path.empty()) return module;
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    const std::shared_ptr<Module>* child = module->children_slots().Find(name);
    if (child == nullptr || *child == nullptr) return nullptr;
    module = *child;
  }
  return module;
}

std::shared_ptr<Parameter> FindSharedParameter(const std::shared_ptr<Module>& root, absl::string_view path) {
  const size_t dot = path.rfind('.');
  const bool own = dot == absl::string_view::npos;
  const std::shared_ptr<Module> module = FindSharedModule(root, own ? "" : path.substr(0, dot));
  if (module == nullptr) return nullptr;
  const std::shared_ptr<Parameter>* parameter = module->parameter_slots().Find(own ? path : path.substr(dot + 1));
  return parameter == nullptr ? nullptr : *parameter;
}

}  // namespace moduled::nn
