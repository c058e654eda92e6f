// What a backward pass starts from and which gradients it answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nn/modules/call_signature.h"

namespace moduled::nn {

struct BackwardSpec {
  // What is differentiated. Outputs are tensors of the root's result, counted in order of a walk.
  enum class Objective : uint8_t {
    kScalar,      // The only output, which must have one element.
    kGradOutput,  // The outputs that `grad_output` has a type for: the gradients are inputs of the graph.
    kOneOutput,   // `output`, with a gradient that is an input of the graph.
    kSum,         // The sum of the elements of `output`, or of all floating-point outputs.
    kLoss,        // What the module `loss` answers for (output, targets...), as kScalar demands it.
  };

  Objective objective = Objective::kScalar;
  SpecTree grad_output = {};                     // Like the output, None where there is no gradient.
  std::optional<int32_t> output = std::nullopt;  // Unset: the only one; for kSum all.
  std::string loss = "";                         // A module of the tree.
  std::vector<SpecTree> targets = {};

  // The tensors of the call's arguments whose gradients are wanted, counted in order of a walk; unset: every
  // floating-point one. Those require grad, and no others do.
  std::optional<std::vector<int32_t>> inputs = std::nullopt;
  // The parameters whose gradients are wanted, by first name; unset: every one that requires grad.
  std::optional<std::vector<std::string>> parameters = std::nullopt;

  bool operator==(const BackwardSpec&) const = default;
};

}  // namespace moduled::nn
