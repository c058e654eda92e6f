// Tensors in words, for people.
#pragma once

#include <cstdint>
#include <string>

#include "nn/tensor/datum.h"

namespace moduled::modulectl {

// Any element as a double. Requires 0 <= index < numel.
double ElementAsDouble(const nn::Tensor& tensor, int64_t index);

// "float32[1, 64, 56, 56]  mean 0.031  min -1.2  max 3.4".
std::string Summary(const nn::Tensor& tensor);
// The same for every tensor of a nested value, in one line.
std::string Summary(const nn::Datum& datum);
// The first elements, "[0.1, 0.2, … 3 of 512]".
std::string Elements(const nn::Tensor& tensor, int64_t at_most);

}  // namespace moduled::modulectl
