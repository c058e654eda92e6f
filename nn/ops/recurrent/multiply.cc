#include "nn/ops/recurrent/multiply.h"

#include <algorithm>

#include "nn/ops/kernels/avx512.h"
#include "nn/ops/recurrent/panels.h"

namespace moduled::nn::recurrent {
namespace {

using avx512::Broadcast;
using avx512::kLanes;
using avx512::Load;
using avx512::Store;
using avx512::Vector;

// The compiler would load a weight again for each row, while it is still on its way.
MODULED_AVX512_INLINE Vector InRegister(Vector x) {
#if defined(__x86_64__)
  asm("" : "+v"(x));
#endif
  return x;
}

// kVectors of the panel's `width` vectors, for kRows rows. The panel comes from the second level of the cache: what
// counts is that it is read once for all rows, and by no more instructions than are needed.
template <int kRows, int kVectors>
MODULED_AVX512 void MultiplyTile(const Product& product, int64_t width) {
  Vector sums[kRows][kVectors] = {};
  const float* weights = product.panel;
  const float* states = product.states;
  const int64_t step = product.state_step;
  for (int64_t k = 0; k < product.depth; ++k, weights += width * kLanes, ++states) {
    Vector weight[kVectors];
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; ++j) weight[j] = InRegister(Load(weights + j * kLanes));
#pragma GCC unroll 12
    for (int i = 0; i < kRows; ++i) {
      const Vector state = Broadcast(states[i * step]);
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j) sums[i][j] += state * weight[j];
    }
  }
#pragma GCC unroll 12
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; ++j) Store(product.sums + (i * width + j) * kLanes, sums[i][j]);
  }
}

using Kernel = void (*)(const Product&, int64_t width);

// The vectors that fit beside each other for so many rows: 24 sums, and there are 32 registers.
constexpr int64_t VectorsAtOnce(int64_t rows) { return rows <= 6 ? 4 : rows <= 8 ? 3 : 2; }

template <int kRows, int kVectors>
constexpr Kernel TileOf() {
  if constexpr (kVectors <= VectorsAtOnce(kRows)) {
    return MultiplyTile<kRows, kVectors>;
  } else {
    return nullptr;
  }
}

template <int kRows>
constexpr Kernel kOfRows[kMaxPanelVectors] = {TileOf<kRows, 1>(), TileOf<kRows, 2>(), TileOf<kRows, 3>(),
                                              TileOf<kRows, 4>()};
constexpr const Kernel* kTiles[kMaxRows] = {kOfRows<1>, kOfRows<2>, kOfRows<3>, kOfRows<4>,  kOfRows<5>,  kOfRows<6>,
                                            kOfRows<7>, kOfRows<8>, kOfRows<9>, kOfRows<10>, kOfRows<11>, kOfRows<12>};

}  // namespace

void Multiply(const Product& product, int64_t rows, int64_t vectors) {
  int64_t at_once = VectorsAtOnce(rows);
  if (vectors == 4 && at_once == 3) at_once = 2;  // Twice two, not three and one.
  Product part = product;
  for (int64_t done = 0; done < vectors; done += at_once) {
    kTiles[rows - 1][std::min(at_once, vectors - done) - 1](part, vectors);
    part.panel += at_once * kLanes;
    part.sums += at_once * kLanes;
  }
}

}  // namespace moduled::nn::recurrent
