// Transposes matrices of 32-bit words: what stands in columns comes to stand in rows.
#pragma once

#include <cstdint>

#include "nn/ops/kernels/word.h"

namespace moduled::nn::kernels {

// to[r * to_stride + i] = from[i * from_stride + r] for r in [0, rows) and i in [0, columns).
void Transpose(const Word<4>* from, int64_t from_stride, Word<4>* to, int64_t to_stride, int64_t rows, int64_t columns);

}  // namespace moduled::nn::kernels
