// Writes a block of sums to y, with what follows them as far as that is a sum or a clamp.
#pragma once

#include <cstdint>

#include "nn/ops/tiles/layout.h"

namespace moduled::nn::tiles {

// The block's place in y.
struct Place {
  int64_t row = 0;
  int64_t rows = 0;
  int64_t column = 0;
  int64_t columns = 0;
};

void StoreBlock(const Problem& problem, const Operands& operands, const Place& place, const float* sums);

}  // namespace moduled::nn::tiles
