// Names, types and shapes of what a model takes and returns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/tensor/dtype.h"
#include "nn/tensor/shape.h"

namespace moduled::nn {

struct ModelPort {
  std::string name;
  DType dtype = DType::kFloat32;
  std::vector<int64_t> shape;          // -1 where free.
  std::optional<Shape> example_shape;  // A shape that the model accepts.
  bool operator==(const ModelPort&) const = default;
};

struct ModelSignature {
  std::vector<ModelPort> inputs;   // In the order of forward's positional arguments.
  std::vector<ModelPort> outputs;  // The tensors of the result, in order of a walk through it.
  bool operator==(const ModelSignature&) const = default;
};

// The types of the inputs, each with its example shape or the shape that it must have. INVALID_ARGUMENT names one that
// has neither.
absl::StatusOr<std::vector<TensorSpec>> ExampleInputs(const ModelSignature& signature);

}  // namespace moduled::nn
