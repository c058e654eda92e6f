// One product of a position: rows of tiles by the columns of a panel of the packed weight.
#pragma once

#include <cstdint>

namespace moduled::nn::winograd {

// 6 rows by 4 vectors: 24 sums, and of the 32 registers there are some for what is multiplied. A step over the depth
// loads 10 times for 24 multiplications, so that multiplying is all that counts.
constexpr int64_t kMaxRows = 6;
constexpr int64_t kMaxPanelVectors = 4;

// m [rows, vectors] = v [rows, depth] x u [depth, vectors]; strides between rows count elements, u is dense.
struct Product {
  const float* v = nullptr;
  int64_t v_stride = 0;
  const float* u = nullptr;
  float* m = nullptr;
  int64_t m_stride = 0;
  int64_t depth = 0;
  // What the next products read, brought into the second level of the cache meanwhile: the processor itself does not
  // look that far ahead, and waiting for it takes as long as multiplying.
  const float* next = nullptr;
  int64_t next_vectors = 0;
};

// 1 to kMaxRows rows of tiles, 1 to kMaxPanelVectors vectors of columns.
void Multiply(const Product& product, int64_t rows, int64_t vectors);

}  // namespace moduled::nn::winograd
