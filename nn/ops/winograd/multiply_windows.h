// Products by windows of the weight as they are, which are transformed on the way, in registers.
//
// Where an image has few tiles, reading the transformed weight takes longer than multiplying by it. The windows are
// four times smaller.
#pragma once

#include <cstdint>

namespace moduled::nn::winograd {

// 4 tiles at the 6 positions of a row: 24 sums.
constexpr int64_t kMaxWindowTiles = 4;

// m [36 positions, tiles, 16 output channels] = v [depth / 16, 36 positions, tiles, 16 of the depth] x windows
// [depth, 9, 16 output channels]. F(4x4, 3x3) alone.
struct WindowProduct {
  const float* v = nullptr;
  const float* windows = nullptr;
  float* m = nullptr;
  int64_t depth = 0;
  const float* next = nullptr;  // As in Product.
  int64_t next_vectors = 0;
};

// 1 to kMaxWindowTiles tiles.
void MultiplyWindows(const WindowProduct& product, int64_t tiles);

}  // namespace moduled::nn::winograd
