// Element types by the names that the Open Inference Protocol has for them.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nn/tensor/dtype.h"

namespace moduled::server::open_inference {

// "FP32", "INT64", ...
absl::string_view DatatypeName(nn::DType dtype);

// INVALID_ARGUMENT, without the field, for names that the protocol does not have and for types that no model here has.
absl::StatusOr<nn::DType> ParseDatatype(absl::string_view name);

}  // namespace moduled::server::open_inference
