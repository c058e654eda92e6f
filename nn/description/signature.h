// Names, types and shapes of what a model takes and returns.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nn/tensor/dtype.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

struct ModelPort {
  std::string name;
  DType dtype = DType::kFloat32;
  std::vector<int64_t> shape;  // -1 where free.
  // A shape that the model accepts. Empty for a scalar, and where none is given: see has_example.
  Shape example_shape;
  bool has_example = false;
  bool operator==(const ModelPort&) const = default;
};

struct ModelSignature {
  std::vector<ModelPort> inputs;   // In the order of forward's positional arguments.
  std::vector<ModelPort> outputs;  // The tensors of the result, in order of a walk through it.
  bool operator==(const ModelSignature&) const = default;
};

}  // namespace moduled::nn
