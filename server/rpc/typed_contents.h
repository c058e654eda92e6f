// Elements that come one by one in a message, as a tensor. The protocol lets FP16 and BF16 come as raw bytes only.
#pragma once

#include "absl/status/statusor.h"
#include "nn/tensor/tensor.h"
#include "open_inference/grpc_service.pb.h"
#include "proto/contract/codec/field.h"

namespace moduled::server {

// INVALID_ARGUMENT if they are not as many as the spec says, not in the field of its type, or do not fit its type.
absl::StatusOr<nn::Tensor> TensorOf(const nn::TensorSpec& spec, const inference::InferTensorContents& contents,
                                    const contract::Field& field);

}  // namespace moduled::server
