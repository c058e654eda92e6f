// Functions of one number (nn/graph/pointwise.h) over many of them, in place.
#pragma once

#include <cstdint>

#include "nn/graph/pointwise.h"

namespace moduled::nn::kernels {

void ApplyRow(const Pointwise& p, float* y, int64_t n);

}  // namespace moduled::nn::kernels
