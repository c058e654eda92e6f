// One block of a product: a strip by a panel, over some steps of the depth.
#pragma once

#include <cstdint>

#include "nn/ops/tiles/layout.h"

namespace moduled::nn::tiles {

// What is multiplied later, brought into the second level of the cache meanwhile, so many lines in every step: the
// processor itself does not look that far ahead.
struct Ahead {
  const Bfloat16* from = nullptr;
  int64_t lines = 0;
};

struct BlockProduct {
  const Bfloat16* strip = nullptr;
  const Bfloat16* panel = nullptr;
  int64_t steps = 0;
  bool resume = false;  // From the sums that are there, rather than from zero.
  Ahead ahead = {};
  float* sums = nullptr;
};

// The functions below require a TileScope.

void MultiplyBlock(bool split, const BlockProduct& product);

// For a strip with no more than 16 rows. With a second panel there are two blocks of sums, one behind the other.
void MultiplyLowBlock(bool split, const BlockProduct& product, const Bfloat16* second_panel);

}  // namespace moduled::nn::tiles
