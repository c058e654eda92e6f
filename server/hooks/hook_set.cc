#include "server/hooks/hook_set.h"

#include <algorithm>

#include "server/hooks/hook_kind.h"

namespace moduled::server {

HookSet::HookSet(const std::vector<HookSelector>& selectors, const HookTargets& targets) {
  for (size_t i = 0; i < selectors.size(); ++i) {
    const contract::Hook& hook = selectors[i].hook();
    selected_.push_back(selectors[i].Select(targets));
    for (const size_t place : selected_.back()) {
      const std::string& path = targets.targets()[place].path;
      observed_.emplace_back(path, EngineKind(hook.kind));
      hooks_at_[{path, static_cast<int>(EngineKind(hook.kind))}].push_back({static_cast<uint32_t>(i), hook.call_index});
    }
  }
  std::sort(observed_.begin(), observed_.end());
  observed_.erase(std::unique(observed_.begin(), observed_.end()), observed_.end());
}

std::vector<uint32_t> HookSet::FiringAt(const std::string& path, nn::HookKind kind, uint32_t call_index) const {
  std::vector<uint32_t> firing;
  const auto at = hooks_at_.find({path, static_cast<int>(kind)});
  if (at == hooks_at_.end()) return firing;
  for (const Filter& filter : at->second) {
    if (filter.call_index.value_or(call_index) == call_index) firing.push_back(filter.hook);
  }
  return firing;
}

}  // namespace moduled::server
