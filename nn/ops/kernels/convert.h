// Conversion of arrays between element types.
#pragma once

#include <cstdint>

#include "nn/tensor/dtype.h"

namespace moduled::nn::kernels {

// Converts n elements as ConvertScalar does. `from` and `to` do not overlap.
using ConvertLoop = void (*)(const void* from, void* to, int64_t n);

ConvertLoop FindConvertLoop(DType from, DType to);

}  // namespace moduled::nn::kernels
