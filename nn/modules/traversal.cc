// The walks over a module tree.
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "nn/modules/module.h"

namespace moduled::nn {
namespace {

using ModuleSet = absl::flat_hash_set<const Module*>;

std::string Join(absl::string_view prefix, absl::string_view name) {
  return prefix.empty() ? std::string(name) : absl::StrCat(prefix, ".", name);
}

void WalkModules(Module& module, absl::string_view prefix, bool remove_duplicate, ModuleSet& seen,
                 Module::Named<Module*>& out) {
  if (remove_duplicate && !seen.insert(&module).second) return;
  out.emplace_back(std::string(prefix), &module);
  for (const auto& [name, child] : module.children_slots()) {
    if (child != nullptr) WalkModules(*child, Join(prefix, name), remove_duplicate, seen, out);
  }
}

// torch's _named_members: for each module its own members, in registration order.
template <class T, class Slots>
Module::Named<T*> WalkMembers(const Module& module, bool recurse, bool remove_duplicate, absl::string_view prefix,
                              Slots slots) {
  Module::Named<Module*> modules;
  if (recurse) {
    modules = module.named_modules(remove_duplicate, prefix);
  } else {
    modules.emplace_back(std::string(prefix), const_cast<Module*>(&module));
  }
  absl::flat_hash_set<const T*> seen;
  Module::Named<T*> members;
  for (const auto& [path, owner] : modules) {
    for (const auto& [name, member] : slots(*owner)) {
      if (member == nullptr || (remove_duplicate && !seen.insert(member.get()).second)) continue;
      members.emplace_back(Join(path, name), member.get());
    }
  }
  return members;
}

}  // namespace

Module::Named<Module*> Module::named_children() const {
  ModuleSet seen;
  Named<Module*> children;
  for (const auto& [name, child] : children_) {
    if (child != nullptr && seen.insert(child.get()).second) children.emplace_back(name, child.get());
  }
  return children;
}

Module::Named<Module*> Module::named_modules(bool remove_duplicate, absl::string_view prefix) const {
  ModuleSet seen;
  Named<Module*> modules;
  WalkModules(const_cast<Module&>(*this), prefix, remove_duplicate, seen, modules);
  return modules;
}

Module::Named<Parameter*> Module::named_parameters(bool recurse, bool remove_duplicate,
                                                   absl::string_view prefix) const {
  return WalkMembers<Parameter>(
      *this, recurse, remove_duplicate, prefix, [](const Module& m) -> const auto& { return m.parameter_slots(); });
}

Module::Named<Buffer*> Module::named_buffers(bool recurse, bool remove_duplicate, absl::string_view prefix) const {
  return WalkMembers<Buffer>(
      *this, recurse, remove_duplicate, prefix, [](const Module& m) -> const auto& { return m.buffer_slots(); });
}

void Module::apply(const std::function<void(Module&)>& function) {
  for (const auto& [name, child] : named_children()) child->apply(function);
  function(*this);
}

void Module::train(bool mode) {
  training_ = mode;
  for (const auto& [name, child] : named_children()) child->train(mode);
}

void Module::requires_grad_(bool requires_grad) {
  for (const auto& [name, parameter] : named_parameters()) parameter->requires_grad = requires_grad;
}

}  // namespace moduled::nn
