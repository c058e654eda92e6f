// The arguments of a call against what the model says it takes, where it says so.
#pragma once

#include "absl/status/status.h"
#include "nn/description/signature.h"
#include "nn/modules/module.h"
#include "nn/tensor/datum.h"

namespace moduled::server {

// INVALID_ARGUMENT names the input: `inputs[0] ("x"): wrong type (got float64[1, 3], want float32[-1, 3])`.
// Arguments that the signature does not name are for the model's forward to judge.
absl::Status CheckArguments(const nn::ModelSignature& signature, const nn::Module& root, const nn::CallData& arguments);

}  // namespace moduled::server
