// Tensors' elements in JSON: lists of numbers, nested as the shape is or flat.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "nn/tensor/tensor.h"

namespace moduled::server::rest {

// INVALID_ARGUMENT, which names the field, for elements that are not as many as the shape says, of another kind than
// the type, or out of its range.
absl::StatusOr<nn::Tensor> TensorOf(const nn::TensorSpec& spec, const nlohmann::json& data, const std::string& field);

// Flat, in row-major order. INVALID_ARGUMENT if there are numbers that JSON does not have: NaN and infinity.
absl::StatusOr<nlohmann::json> ElementsOf(const nn::Tensor& tensor, const std::string& name);

}  // namespace moduled::server::rest
