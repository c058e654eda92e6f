// From stored tensors to a state_dict: what __metadata__ says beside them.
//
//   order           JSON list of the keys in state_dict's order, those of shared tensors too
//   torch_metadata  JSON of state_dict()._metadata: {"module path": {"version": n}, …}
//   <key>           for a key that was dropped because another holds the same tensor: that key
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/tensor/datum.h"

namespace moduled::nn {

using NamedTensorList = std::vector<std::pair<std::string, Tensor>>;
using StringPairs = std::vector<std::pair<std::string, std::string>>;

// Without an order: the tensors as they come, then the dropped keys. INVALID_ARGUMENT if order or torch_metadata are
// not of their form, or if an order does not name every tensor once.
absl::StatusOr<StateDict> ApplyMetadata(const NamedTensorList& tensors, const StringPairs& metadata);

}  // namespace moduled::nn
