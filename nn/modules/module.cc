#include "nn/modules/module.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nn/modules/trace.h"

namespace moduled::nn {
namespace {

// What torch's add_module, register_parameter and register_buffer check of a name. `kind` is their word for the slot.
absl::Status CheckName(absl::string_view kind, absl::string_view name, bool taken) {
  if (name.find('.') != absl::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat(kind, " name can't contain \".\"", kind == "module" ? absl::StrCat(", got: ", name) : ""));
  }
  if (name.empty()) return absl::InvalidArgumentError(absl::StrCat(kind, " name can't be empty string \"\""));
  if (taken) return absl::AlreadyExistsError(absl::StrCat("attribute '", name, "' already exists"));
  return absl::OkStatus();
}

bool Contains(const Module& tree, const Module& wanted) {
  if (&tree == &wanted) return true;
  for (const auto& [name, child] : tree.children_slots()) {
    if (child != nullptr && Contains(*child, wanted)) return true;
  }
  return false;
}

// torch's get_parameter and get_buffer: the owner by path, then the member by name.
template <class T>
absl::StatusOr<T*> GetMember(const Module& root, absl::string_view target, absl::string_view kind,
                             const NamedSlots<T>& (Module::*slots)() const) {
  const size_t dot = target.rfind('.');
  const absl::string_view path = dot == absl::string_view::npos ? "" : target.substr(0, dot);
  const absl::string_view name = dot == absl::string_view::npos ? target : target.substr(dot + 1);
  absl::StatusOr<Module*> owner = root.get_submodule(path);
  if (!owner.ok()) return owner.status();
  const std::shared_ptr<T>* member = ((*owner)->*slots)().Find(name);
  if (member != nullptr && *member != nullptr) return member->get();
  const bool exists = member != nullptr || (*owner)->children_slots().Contains(name) ||
                      (*owner)->parameter_slots().Contains(name) || (*owner)->buffer_slots().Contains(name);
  if (exists) {
    const absl::string_view article = kind == "buffer" ? "a" : "an";
    return absl::NotFoundError(absl::StrCat("`", name, "` is not ", article, " ", kind));
  }
  return absl::NotFoundError(absl::StrCat((*owner)->type(), " has no attribute `", name, "`"));
}

}  // namespace

absl::StatusOr<Symbol> Module::Forward(Trace&, const Arguments&) const {
  return absl::UnimplementedError(absl::StrCat("Module [", type_, "] is missing the required \"forward\" function"));
}

absl::Status Module::RegisterModule(std::string name, std::shared_ptr<Module> module) {
  const bool taken = parameters_.Contains(name) || buffers_.Contains(name);
  if (absl::Status status = CheckName("module", name, taken); !status.ok()) return status;
  if (module != nullptr && Contains(*module, *this)) {
    return absl::InvalidArgumentError(absl::StrCat("module ", name, " contains the module that it is added to"));
  }
  children_.Set(std::move(name), std::move(module));
  return absl::OkStatus();
}

absl::Status Module::RegisterParameter(std::string name, std::shared_ptr<Parameter> parameter) {
  const bool taken = children_.Contains(name) || buffers_.Contains(name);
  if (absl::Status status = CheckName("parameter", name, taken); !status.ok()) return status;
  parameters_.Set(std::move(name), std::move(parameter));
  return absl::OkStatus();
}

absl::Status Module::RegisterBuffer(std::string name, std::shared_ptr<Buffer> buffer) {
  const bool taken = children_.Contains(name) || parameters_.Contains(name);
  if (absl::Status status = CheckName("buffer", name, taken); !status.ok()) return status;
  buffers_.Set(std::move(name), std::move(buffer));
  return absl::OkStatus();
}

absl::StatusOr<Module*> Module::get_submodule(absl::string_view target) const {
  auto* module = const_cast<Module*>(this);
  if (target.empty()) return module;
  for (absl::string_view name : absl::StrSplit(target, '.')) {
    const std::shared_ptr<Module>* child = module->children_.Find(name);
    if (child != nullptr && *child != nullptr) {
      module = child->get();
    } else if (child != nullptr || module->parameters_.Contains(name) || module->buffers_.Contains(name)) {
      return absl::NotFoundError(absl::StrCat("`", name, "` is not an nn.Module"));
    } else {
      return absl::NotFoundError(absl::StrCat(module->type_, " has no attribute `", name, "`"));
    }
  }
  return module;
}

absl::StatusOr<Parameter*> Module::get_parameter(absl::string_view target) const {
  return GetMember<Parameter>(*this, target, "nn.Parameter", &Module::parameter_slots);
}

absl::StatusOr<Buffer*> Module::get_buffer(absl::string_view target) const {
  return GetMember<Buffer>(*this, target, "buffer", &Module::buffer_slots);
}

}  // namespace moduled::nn
