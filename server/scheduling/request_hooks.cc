#include "server/scheduling/request_hooks.h"

#include <algorithm>

#include "nn/tensor/status_macros.h"
#include "server/hooks/module_index.h"
#include "server/hooks/selector.h"

namespace moduled::server {

std::pair<std::string, int> PointKey(const std::string& path, nn::HookKind kind) {
  return {path, static_cast<int>(kind)};
}

absl::StatusOr<RequestHooks> RequestHooks::Resolve(const std::vector<contract::Hook>& hooks, const nn::Module& root) {
  RequestHooks resolved;
  if (hooks.empty()) return resolved;
  ASSIGN_OR_RETURN(const std::vector<HookSelector> selectors, CompileHooks(hooks));
  const ModuleIndex modules(root);
  for (const HookSelector& selector : selectors) {
    Selection selection{selector.hook(), {}, ""};
    for (const size_t place : selector.Select(modules)) {
      const ModuleIndex::Entry& entry = modules.modules()[place];
      selection.modules.emplace_back(entry.path, entry.module);
      resolved.observed_.emplace_back(entry.path, EngineKind(selector.hook().kind));
    }
    if (selection.modules.empty()) {
      selection.why_none = selector.WhyNone(modules);
      if (selector.hook().selector_kind == contract::SelectorKind::kPath) {
        return absl::NotFoundError(selection.why_none);
      }
    }
    resolved.selections_.push_back(std::move(selection));
  }
  std::sort(resolved.observed_.begin(), resolved.observed_.end());
  resolved.observed_.erase(std::unique(resolved.observed_.begin(), resolved.observed_.end()), resolved.observed_.end());
  return resolved;
}

bool RequestHooks::Wants(const std::string& path, nn::HookKind kind) const {
  return std::binary_search(observed_.begin(), observed_.end(), std::make_pair(path, kind));
}

std::vector<contract::UnfiredHook> RequestHooks::Unfired(
    const absl::flat_hash_set<std::pair<std::string, int>>& fired) const {
  std::vector<contract::UnfiredHook> unfired;
  for (const Selection& selection : selections_) {
    if (selection.modules.empty()) unfired.push_back({selection.hook, "", selection.why_none});
    for (const auto& [path, module] : selection.modules) {
      if (fired.contains(PointKey(path, EngineKind(selection.hook.kind)))) continue;
      unfired.push_back({selection.hook, path,
                         module->has_forward() ? "the module was not called by this forward"
                                               : "the module has no forward, so it is never called"});
    }
  }
  return unfired;
}

}  // namespace moduled::server
