#include "nn/modules/state_dict.h"

#include "absl/strings/str_cat.h"

namespace moduled::nn {
namespace {

void Collect(const Module& module, const std::string& prefix, StateDict& out) {
  // `prefix` ends in a dot, as torch's; metadata is filed under the path without it.
  out.metadata.emplace_back(prefix.empty() ? "" : prefix.substr(0, prefix.size() - 1), module.state_version());
  for (const auto& [name, parameter] : module.parameter_slots()) {
    if (parameter != nullptr) out.tensors.emplace_back(prefix + name, parameter->data);
  }
  for (const auto& [name, buffer] : module.buffer_slots()) {
    if (buffer != nullptr && buffer->persistent) out.tensors.emplace_back(prefix + name, buffer->data);
  }
  for (const auto& [name, child] : module.children_slots()) {
    if (child != nullptr) Collect(*child, absl::StrCat(prefix, name, "."), out);
  }
}

}  // namespace

StateDict GetStateDict(const Module& module) {
  StateDict state_dict;
  Collect(module, "", state_dict);
  return state_dict;
}

}  // namespace moduled::nn
