// torch.histogram.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "nn/tensor/datum.h"

namespace moduled::server {

// How many elements fall between each two of bins + 1 edges, which divide [min, max] evenly: a tuple of the counts and
// the edges, of the tensor's type. Without limits, the least and the greatest element are. What is outside is not
// counted. INVALID_ARGUMENT in torch's words. Requires bins >= 1 and finite limits, both or neither.
absl::StatusOr<nn::Datum> Histogram(const nn::Tensor& tensor, uint32_t bins, std::optional<double> min,
                                    std::optional<double> max);

}  // namespace moduled::server
