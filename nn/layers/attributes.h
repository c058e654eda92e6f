// The arguments of a layer's constructor, by torch's names: what a description says about a layer.
//
// Only what is set is there; a layer keeps what it was made from, so that describing it again yields the same.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "nn/tensor/nested.h"

namespace moduled::nn {

// Attributes are Python constants: no leaf of our own can occur in them.
struct NoLeaf {
  NoLeaf() = delete;
  bool operator==(const NoLeaf&) const = default;
};

using Attribute = Nested<NoLeaf>;
using Attributes = std::vector<std::pair<std::string, Attribute>>;  // Names unique, in the message's order.

}  // namespace moduled::nn
