// A PNG picture as a tensor.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "nn/tensor/tensor.h"

namespace moduled::modulectl {

// float32 [channels, height, width] with values in 0..1. `channels` is 1 (luminance) or 3 (RGB); libpng converts, and
// drops transparency. NOT_FOUND or INVALID_ARGUMENT name the file.
absl::StatusOr<nn::Tensor> ReadPng(const std::string& path, int64_t channels);

}  // namespace moduled::modulectl
