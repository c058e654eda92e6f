// What the hooks of one request or subscription select in one model: which of them fire at a point of a run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "nn/plan/model.h"
#include "server/hooks/hook_targets.h"
#include "server/hooks/selector.h"

namespace moduled::server {

// Immutable.
class HookSet {
 public:
  HookSet() = default;
  HookSet(const std::vector<HookSelector>& selectors, const HookTargets& targets);

  // The places of what each hook selects, ascending.
  const std::vector<std::vector<size_t>>& selected() const { return selected_; }
  // The paths and kinds of all of it. Sorted and unique.
  const nn::ObservedModules& observed() const { return observed_; }

  // The hooks that fire at a point, ascending; empty if none does.
  std::vector<uint32_t> FiringAt(const std::string& path, nn::HookKind kind, uint32_t call_index) const;

 private:
  using Point = std::pair<std::string, int>;  // The path and the kind.
  struct Filter {
    uint32_t hook = 0;
    std::optional<uint32_t> call_index;
  };

  std::vector<std::vector<size_t>> selected_;
  nn::ObservedModules observed_;
  absl::flat_hash_map<Point, std::vector<Filter>> hooks_at_;
};

}  // namespace moduled::server
