#include "nn/description/signature.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace moduled::nn {

absl::StatusOr<std::vector<TensorSpec>> ExampleInputs(const ModelSignature& signature) {
  std::vector<TensorSpec> inputs;
  for (const ModelPort& port : signature.inputs) {
    const bool fixed = std::none_of(port.shape.begin(), port.shape.end(), [](int64_t extent) { return extent < 0; });
    if (!port.example_shape.has_value() && !fixed) {
      return absl::InvalidArgumentError(
          absl::StrCat("inputs: the signature has no example shape for ", port.name, ": shapes must be given"));
    }
    inputs.push_back({port.dtype, port.example_shape.value_or(Shape(port.shape))});
  }
  return inputs;
}

}  // namespace moduled::nn
