// Signature: description <-> plain struct.
#pragma once

#include "absl/status/statusor.h"
#include "moduled/v1/module.pb.h"
#include "nn/description/signature.h"

namespace moduled::nn {

// INVALID_ARGUMENT, `signature: inputs: x: what was wrong`, unless names are unique and examples fit their shapes.
absl::StatusOr<ModelSignature> ReadSignature(const v1::Signature& message);
void WriteSignature(const ModelSignature& signature, v1::Signature& message);

}  // namespace moduled::nn
