// The hooks of one request: what they select in the model that answers it, and which of them did not fire.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "nn/graph/graph.h"
#include "nn/modules/module.h"
#include "proto/contract/hooks.h"
#include "server/hooks/hook_set.h"
#include "server/scheduling/input_names.h"
#include "server/scheduling/request_edits.h"

namespace moduled::server {

// Hooks by their places in the request, and the paths at which they fired.
using FiredHooks = absl::flat_hash_set<std::pair<uint32_t, std::string>>;

class RequestHooks {
 public:
  // NOT_FOUND for an exact path that the model does not have. A pattern or type that selects nothing is not an error:
  // it did not fire. The tree and the names must outlive the hooks.
  static absl::StatusOr<RequestHooks> Resolve(const std::vector<contract::Hook>& hooks, const nn::Module& root,
                                              const InputNames& inputs);

  const HookSet& set() const { return set_; }
  absl::StatusOr<RequestEdits> Edits(bool has_backward) const;

  // Null for hooks without.
  const std::shared_ptr<const Transform>& transform(uint32_t hook) const { return selectors_[hook].transform(); }
  bool has_transforms() const;

  // In the order of the hooks, and of the targets for each. `graph` is what was run.
  std::vector<contract::UnfiredHook> Unfired(const FiredHooks& fired, const nn::Graph& graph) const;

 private:
  std::string WhyUnfired(const contract::Hook& hook, const HookTarget& target, const nn::Graph& graph) const;

  std::vector<HookSelector> selectors_;
  std::optional<HookTargets> targets_;  // Absent without hooks.
  HookSet set_;
  const InputNames* inputs_ = nullptr;
};

}  // namespace moduled::server
