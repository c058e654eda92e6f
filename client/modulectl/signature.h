// A model's inputs and outputs, out of its description.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/tensor/shape.h"

namespace moduled::modulectl {

struct Port {
  std::string name;
  nn::TensorSpec spec;  // -1 where an extent is free.
  nn::Shape example;    // A shape that the model accepts, without -1.

  // "float32[*, 3, 224, 224]".
  std::string ToString() const;
};

struct Signature {
  std::vector<Port> inputs;
  std::vector<Port> outputs;
};

// `description` is a serialised moduled.v1.ModuleDescription.
absl::StatusOr<Signature> ParseSignature(const std::string& description);

}  // namespace moduled::modulectl
