// Real values, as modules take and return them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "nn/tensor/nested.h"
#include "nn/tensor/tensor.h"

namespace moduled::nn {

// A tensor, or a Python value that may hold tensors.
using Datum = Nested<Tensor>;

// The arguments of a call.
struct CallData {
  std::vector<Datum> args;
  std::vector<std::pair<std::string, Datum>> kwargs;  // Names unique, in the caller's order.
};

// What state_dict() answers. Tensors are shared by reference.
struct StateDict {
  // Keys in torch's order: for each module in pre-order its parameters, then its persistent buffers. A module or
  // parameter with several names stands under each.
  std::vector<std::pair<std::string, Tensor>> tensors;
  // state_dict()._metadata: module path and state version, for every module. Empty for a plain dict.
  std::vector<std::pair<std::string, int64_t>> metadata;
};

}  // namespace moduled::nn
