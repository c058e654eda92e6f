// tensor[start:stop:step, ...], as a copy.
#pragma once

#include "absl/status/statusor.h"
#include "nn/tensor/tensor.h"
#include "proto/contract/transform.h"

namespace moduled::server {

// INVALID_ARGUMENT for steps that no tensor can be sliced with.
absl::Status CheckSlice(const contract::SliceStep& slice);

// INVALID_ARGUMENT, in torch's words, if the tensor has too few dimensions. Requires a slice that CheckSlice accepts.
absl::StatusOr<nn::Tensor> SliceTensor(const nn::Tensor& tensor, const contract::SliceStep& slice);

}  // namespace moduled::server
