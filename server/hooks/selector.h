// Which modules, functions, parameters and inputs of a model a hook means.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/contract/hooks.h"
#include "server/hooks/hook_targets.h"
#include "server/hooks/name_pattern.h"
#include "server/hooks/transforms/transform.h"

namespace moduled::server {

// A hook whose pattern is ready to be held against names, and whose transform is ready to be applied. Immutable; copies
// share both.
class HookSelector {
 public:
  // INVALID_ARGUMENT if the hook is none. `index` is its place in its request, for the error's text.
  static absl::StatusOr<HookSelector> Compile(contract::Hook hook, size_t index);

  const contract::Hook& hook() const { return hook_; }
  // Null if the hook has none.
  const std::shared_ptr<const Transform>& transform() const { return transform_; }

  // The places of what is selected among the targets, ascending. A pattern is held against every name of a target.
  std::vector<size_t> Select(const HookTargets& targets) const;

  // Why nothing was selected: `hooks[0]: no module is of type "Conv3d"`.
  std::string WhyNone(const HookTargets& targets) const;

 private:
  HookSelector(contract::Hook hook, size_t index) : hook_(std::move(hook)), index_(index) {}
  absl::Status CheckHook() const;
  bool HasColon() const;
  bool Considers(HookTarget::Kind kind) const;
  std::string Field() const;

  contract::Hook hook_;
  size_t index_;
  std::optional<NamePattern> pattern_;  // Of globs and regular expressions.
  std::shared_ptr<const Transform> transform_;
};

// The selectors of a request's hooks.
absl::StatusOr<std::vector<HookSelector>> CompileHooks(const std::vector<contract::Hook>& hooks);

}  // namespace moduled::server
