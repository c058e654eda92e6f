// Packs rows of a into a strip.
#pragma once

#include <cstdint>

#include "nn/ops/tiles/layout.h"

namespace moduled::nn::tiles {

// The row with this number of a strip: `count` numbers, and zeros up to whole steps.
void PackRow(bool split, const float* x, int64_t count, int64_t row, Bfloat16* strip);
// A row of zeros.
void PackZeroRow(bool split, int64_t steps, int64_t row, Bfloat16* strip);

}  // namespace moduled::nn::tiles
