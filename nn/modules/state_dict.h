// state_dict and load_state_dict, by torch's rules, with one difference: loading is atomic.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/modules/module.h"

namespace moduled::nn {

StateDict GetStateDict(const Module& module);

// torch's _IncompatibleKeys.
struct IncompatibleKeys {
  std::vector<std::string> missing_keys;
  std::vector<std::string> unexpected_keys;
};

// Checks everything first and then swaps the tensors in, or changes nothing and fails with torch's RuntimeError text.
// Elements are converted to the module's own types, as torch's copy_ does. Strict makes missing and unexpected keys
// errors; a wrong shape is always one.
absl::StatusOr<IncompatibleKeys> LoadStateDict(Module& module, const StateDict& state_dict, bool strict = true);

}  // namespace moduled::nn
