#include "server/scheduling/input_names.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "nn/modules/graph_module.h"
#include "server/hooks/hook_targets.h"

namespace moduled::server {

namespace {

std::vector<std::string> PortNames(const nn::ModelSignature& signature) {
  std::vector<std::string> names;
  for (const nn::ModelPort& input : signature.inputs) names.push_back(input.name);
  return names;
}

}  // namespace

std::vector<std::string> DeclaredInputs(const nn::ModelSignature& signature, const nn::Module& root) {
  return signature.inputs.empty() ? ArgumentNames(signature, root) : PortNames(signature);
}

std::vector<std::string> ArgumentNames(const nn::ModelSignature& signature, const nn::Module& root) {
  std::vector<std::string> names;
  const auto* graph_module = dynamic_cast<const nn::GraphModule*>(&root);
  if (graph_module != nullptr && graph_module->graph().has_value()) {
    for (const nn::FxNode& node : graph_module->graph()->nodes) {
      if (node.kind == nn::FxNode::Kind::kPlaceholder) names.push_back(node.target);
    }
  }
  // Where every argument is one tensor the order tells which port is whose. Containers and layers have no names.
  const bool plain = std::none_of(signature.inputs.begin(), signature.inputs.end(),
                                  [](const nn::ModelPort& input) { return absl::StrContains(input.name, '.'); });
  return plain && (names.empty() || names.size() == signature.inputs.size()) ? PortNames(signature) : names;
}

InputNames::InputNames(const nn::ModelSignature& signature, const nn::Module& root, const nn::CallData& arguments) {
  const std::vector<std::string> names = ArgumentNames(signature, root);
  for (size_t i = 0; i < arguments.args.size(); ++i) Add(i < names.size() ? names[i] : "", arguments.args[i]);
  for (const auto& [name, argument] : arguments.kwargs) Add(name, argument);
}

void InputNames::Add(const std::string& name, const nn::Datum& argument) {
  const auto inside = [&](const auto& key) { return name.empty() ? name : absl::StrCat(name, ".", key); };
  if (argument.Is<nn::Tensor>()) {
    names_.push_back(name.empty() ? absl::StrCat(names_.size()) : name);
  } else if (const auto* items = argument.Items()) {
    for (size_t i = 0; i < items->size(); ++i) Add(inside(i), (*items)[i]);
  } else if (const auto* dict = argument.As<nn::Datum::Dict>()) {
    for (const auto& [key, item] : dict->entries) Add(inside(key), item);
  }
}

std::string InputNames::ToEngine(const std::string& path) const {
  if (!absl::StartsWith(path, kInputPrefix)) return path;
  const auto name = std::find(names_.begin(), names_.end(), path.substr(kInputPrefix.size()));
  return name == names_.end() ? path : absl::StrCat(kInputPrefix, name - names_.begin());
}

std::string InputNames::FromEngine(const std::string& path) const {
  size_t place = 0;
  if (!absl::StartsWith(path, kInputPrefix) || !absl::SimpleAtoi(path.substr(kInputPrefix.size()), &place)) return path;
  return place < names_.size() ? absl::StrCat(kInputPrefix, names_[place]) : path;
}

nn::ObservedModules InputNames::ToEngine(nn::ObservedModules observed) const {
  for (auto& [path, kind] : observed) {
    if (kind == nn::HookKind::kTensorGrad) path = ToEngine(path);
  }
  std::sort(observed.begin(), observed.end());
  observed.erase(std::unique(observed.begin(), observed.end()), observed.end());
  return observed;
}

}  // namespace moduled::server
