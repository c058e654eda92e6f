// The product of a few rows of states by one panel of a packed weight.
#pragma once

#include <cstdint>

namespace moduled::nn::recurrent {

// What it takes at once: so many sums stay in registers.
constexpr int64_t kMaxRows = 12;

// sums [rows, vectors] = states [rows, depth] x panel [depth, vectors], each vector 16 elements. All dense but for the
// states, whose rows are state_step elements apart.
struct Product {
  const float* states = nullptr;
  int64_t state_step = 0;
  const float* panel = nullptr;
  int64_t depth = 0;
  float* sums = nullptr;
};

// 1 to kMaxRows rows, 1 to kMaxPanelVectors vectors. For processors that run AVX-512.
void Multiply(const Product& product, int64_t rows, int64_t vectors);

}  // namespace moduled::nn::recurrent
