// Which modules of a tree a hook means.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/plan/model.h"
#include "proto/contract/hooks.h"
#include "server/hooks/module_index.h"

namespace re2 {
class RE2;
}

namespace moduled::server {

// A hook whose pattern is ready to be held against names. Immutable; copies share the pattern.
class HookSelector {
 public:
  // INVALID_ARGUMENT if the pattern is none. `index` is the hook's place in its request, for the error's text.
  static absl::StatusOr<HookSelector> Compile(contract::Hook hook, size_t index);

  const contract::Hook& hook() const { return hook_; }

  // The places of the selected modules in the index, ascending. A pattern is held against every name of a module.
  std::vector<size_t> Select(const ModuleIndex& modules) const;

  // Why nothing was selected: `hooks[0]: no module is of type "Conv3d"`.
  std::string WhyNone(const ModuleIndex& modules) const;

 private:
  HookSelector(contract::Hook hook, size_t index) : hook_(std::move(hook)), index_(index) {}
  bool Matches(const std::string& name) const;

  contract::Hook hook_;
  size_t index_;
  std::shared_ptr<const re2::RE2> pattern_;  // Of globs and regular expressions.
};

// The selectors of a request's hooks.
absl::StatusOr<std::vector<HookSelector>> CompileHooks(const std::vector<contract::Hook>& hooks);

// The engine's word for the same.
nn::HookKind EngineKind(contract::HookKind kind);

}  // namespace moduled::server
