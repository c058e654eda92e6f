#include "server/hooks/hook_targets.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "nn/modules/graph_module.h"

namespace moduled::server {

HookTargets::HookTargets(const nn::Module& root, absl::Span<const std::string> input_names) {
  AddModules(root);
  AddFunctions();
  AddParameters(root);
  AddInputs(input_names);
}

void HookTargets::AddModules(const nn::Module& root) {
  absl::flat_hash_map<const nn::Module*, size_t> places;
  for (auto& [name, module] : root.named_modules(/*remove_duplicate=*/false)) {
    const auto [place, is_new] = places.try_emplace(module, targets_.size());
    if (is_new) targets_.push_back({name, HookTarget::Kind::kModule, module, nullptr});
    names_.emplace_back(std::move(name), place->second);
  }
}

void HookTargets::AddFunctions() {
  const size_t modules = targets_.size();
  const size_t module_names = names_.size();
  std::vector<size_t> first(modules);  // The place of each module's first function.
  for (size_t place = 0; place < modules; ++place) {
    first[place] = targets_.size();
    const auto* composite = dynamic_cast<const nn::GraphModule*>(targets_[place].module);
    if (composite == nullptr || !composite->graph().has_value()) continue;
    for (const nn::FxNode& node : composite->graph()->nodes) {
      if (node.kind != nn::FxNode::Kind::kCallFunction) continue;
      targets_.push_back(
          {absl::StrCat(targets_[place].path, ":", node.name), HookTarget::Kind::kFunction, nullptr, nullptr});
    }
  }
  for (size_t i = 0; i < module_names; ++i) {
    const size_t place = names_[i].second;
    const size_t end = place + 1 < modules ? first[place + 1] : targets_.size();
    for (size_t function = first[place]; function < end; ++function) {
      const absl::string_view path = targets_[function].path;
      names_.emplace_back(absl::StrCat(names_[i].first, path.substr(targets_[place].path.size())), function);
    }
  }
}

void HookTargets::AddParameters(const nn::Module& root) {
  absl::flat_hash_map<const nn::Parameter*, size_t> places;
  for (auto& [name, parameter] : root.named_parameters(/*recurse=*/true, /*remove_duplicate=*/false)) {
    const auto [place, is_new] = places.try_emplace(parameter, targets_.size());
    if (is_new) targets_.push_back({name, HookTarget::Kind::kParameter, nullptr, parameter});
    names_.emplace_back(std::move(name), place->second);
  }
}

void HookTargets::AddInputs(absl::Span<const std::string> input_names) {
  for (size_t i = 0; i < input_names.size(); ++i) {
    names_.emplace_back(absl::StrCat(kInputPrefix, input_names[i]), targets_.size());
    if (input_names[i] != absl::StrCat(i)) names_.emplace_back(absl::StrCat(kInputPrefix, i), targets_.size());
    targets_.push_back({absl::StrCat(kInputPrefix, input_names[i]), HookTarget::Kind::kInput, nullptr, nullptr});
  }
}

}  // namespace moduled::server
