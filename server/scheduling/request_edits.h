// The edits of a request's hooks, as the engine takes them.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "nn/modules/edit.h"
#include "nn/tensor/tensor.h"
#include "server/hooks/hook_set.h"
#include "server/scheduling/input_names.h"

namespace moduled::server {

struct RequestEdits {
  std::vector<nn::Edit> edits = {};       // Each hook's edits for each path that it selects, in the hooks' order.
  std::vector<nn::Tensor> operands = {};  // The tensors of those that have one, in their order.
};

// Without a backward pass, the edits of gradients are left out: their hooks do not fire. INVALID_ARGUMENT for edits
// that no value can be changed by, and for more than a graph should hold.
absl::StatusOr<RequestEdits> EditsOf(const std::vector<HookSelector>& selectors, const HookSet& hooks,
                                     const HookTargets& targets, const InputNames& inputs, bool has_backward);

}  // namespace moduled::server
