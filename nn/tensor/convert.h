// Converting between element types, as torch's copy_ does.
#pragma once

#include "absl/status/statusor.h"
#include "nn/tensor/tensor.h"

namespace moduled::nn {

// The same tensor if it has that type already. Floats to integers truncate and, beyond the range, saturate (torch
// leaves that case undefined); NaN becomes 0; anything but zero is true.
absl::StatusOr<Tensor> Convert(const Tensor& tensor, DType dtype);

}  // namespace moduled::nn
