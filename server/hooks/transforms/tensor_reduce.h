// Reductions of tensors, as torch's functions of the same names compute them.
#pragma once

#include "absl/status/statusor.h"
#include "nn/tensor/datum.h"
#include "proto/contract/transform.h"

namespace moduled::server {

// INVALID_ARGUMENT for what no tensor can be reduced by.
absl::Status CheckReduce(const contract::ReduceStep& reduce);

// A tensor; for TOPK a tuple of values and indices, for HISTOGRAM a tuple of counts and edges. INVALID_ARGUMENT, in
// torch's words, if the tensor cannot be reduced so. Requires a step that CheckReduce accepts.
absl::StatusOr<nn::Datum> ReduceTensor(const nn::Tensor& tensor, const contract::ReduceStep& reduce);

}  // namespace moduled::server
