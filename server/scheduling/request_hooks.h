// The hooks of one request: what they select in the model that answers it, and which of them did not fire.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "nn/modules/module.h"
#include "nn/plan/model.h"
#include "proto/contract/hooks.h"

namespace moduled::server {

class RequestHooks {
 public:
  // NOT_FOUND for an exact path that the model does not have. A pattern or type that selects nothing is not an error:
  // it did not fire. The tree must outlive the hooks.
  static absl::StatusOr<RequestHooks> Resolve(const std::vector<contract::Hook>& hooks, const nn::Module& root);

  // What a run must observe. Sorted and unique.
  const nn::ObservedModules& observed() const { return observed_; }
  bool Wants(const std::string& path, nn::HookKind kind) const;

  // In the order of the hooks, and of named_modules for each. `fired` are the points that did.
  std::vector<contract::UnfiredHook> Unfired(const absl::flat_hash_set<std::pair<std::string, int>>& fired) const;

 private:
  struct Selection {
    contract::Hook hook;
    std::vector<std::pair<std::string, const nn::Module*>> modules;
    std::string why_none;
  };

  std::vector<Selection> selections_;
  nn::ObservedModules observed_;
};

// A point as a key of sets.
std::pair<std::string, int> PointKey(const std::string& path, nn::HookKind kind);

}  // namespace moduled::server
