// torch.topk.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "nn/tensor/datum.h"

namespace moduled::server {

// The k largest elements of each line along `dim`, largest first, NaN before all numbers, and of equals the one that
// comes first: a tuple of the values and their indices. INVALID_ARGUMENT in torch's words.
absl::StatusOr<nn::Datum> TopK(const nn::Tensor& tensor, uint32_t k, int64_t dim);

}  // namespace moduled::server
