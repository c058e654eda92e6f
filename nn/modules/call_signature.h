// The types that a call of the root is traced for.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "nn/tensor/nested.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

// The real type of each argument of the root: leaves are types instead of tensors.
using SpecTree = Nested<TensorSpec>;
struct CallSignature {
  std::vector<SpecTree> args;
  std::vector<std::pair<std::string, SpecTree>> kwargs;
  bool operator==(const CallSignature&) const = default;
};

}  // namespace moduled::nn
