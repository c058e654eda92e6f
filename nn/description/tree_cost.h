// What a module tree costs those who walk it: a shared module is one object, but every walk by path and every forward
// visits it once for each of its names. A few sharing modules inside each other would make that an exponential number.
#pragma once

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "nn/modules/module.h"

namespace moduled::nn {

struct TreeCost {
  int64_t paths = 0;  // Of modules, parameters and buffers.
  int64_t steps = 0;  // Calls and nodes of one forward.
  int height = 0;     // Modules from it to its deepest leaf, both counted.
};

class TreeCosts {
 public:
  // Notes a module whose children are all registered, and those of them that are not noted yet: what layers have made
  // for themselves. INVALID_ARGUMENT when it is beyond the bounds of build_options.h.
  absl::Status Add(const Module& module);

  bool Has(const Module& module) const { return costs_.contains(&module); }
  // Requires a module that was added.
  const TreeCost& Of(const Module& module) const { return costs_.at(&module); }

 private:
  int64_t ForwardSteps(const Module& module) const;

  absl::flat_hash_map<const Module*, TreeCost> costs_;
};

}  // namespace moduled::nn
