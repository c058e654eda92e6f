#include "nn/ops/winograd/multiply_windows.h"

#include "nn/ops/winograd/ahead.h"
#include "nn/ops/winograd/transform.h"
#include "nn/ops/winograd/vector.h"

namespace moduled::nn::winograd {
namespace {

constexpr int kTaps = 6;

// Row `kRow` of G window: three columns.
template <int kRow>
MODULED_AVX512_INLINE void TransformColumns(const float* window, Vector (&columns)[3]) {
#pragma GCC unroll 3
  for (int j = 0; j < 3; ++j) {
    const auto at = [window, j](int row) MODULED_AVX512 { return Load(window + (row * 3 + j) * kLanes); };
    if constexpr (kRow == 0) {
      columns[j] = at(0);
    } else if constexpr (kRow == kTaps - 1) {
      columns[j] = at(2);
    } else {
      const auto& g = Transform<4>::kWeight[kRow];
      columns[j] = at(0) + Rounded(g[1]) * at(1) + Rounded(g[2]) * at(2);
    }
  }
}

// One step over the depth: what the tiles' values are multiplied by is made column after column, and used at once.
template <int kTiles, int kRow>
MODULED_AVX512_INLINE void MultiplyStep(const float* v, const float* window, Vector (&sums)[kTaps][kTiles]) {
  using T = Transform<4>;
  Vector columns[3];
  TransformColumns<kRow>(window, columns);
  const auto multiply = [v, &sums](int position, Vector u) MODULED_AVX512 {
#pragma GCC unroll 4
    for (int i = 0; i < kTiles; ++i) sums[position][i] += v[(position * kTiles + i) * kLanes] * u;
  };
  multiply(0, columns[0]);
  multiply(5, columns[2]);
  const Vector even_a = columns[0] + Rounded(T::kA2) * columns[2];
  multiply(1, even_a + Rounded(T::kA) * columns[1]);
  multiply(2, even_a - Rounded(T::kA) * columns[1]);
  const Vector even_b = columns[0] + Rounded(T::kB2) * columns[2];
  multiply(3, even_b + Rounded(T::kB) * columns[1]);
  multiply(4, even_b - Rounded(T::kB) * columns[1]);
}

// A row of positions, whose sums stay in registers.
template <int kTiles, int kRow>
MODULED_AVX512_INLINE void MultiplyRow(const WindowProduct& product) {
  constexpr int kRowSize = kTaps * kTiles * kLanes;
  Vector sums[kTaps][kTiles] = {};
  const float* block = product.v + kRow * kRowSize;
  const float* window = product.windows;
  Ahead ahead(product.next + kRow * product.next_vectors / kTaps * kLanes, product.next_vectors / kTaps, product.depth);
  int64_t left = product.depth;
  for (; left >= kLanes; left -= kLanes, block += kTaps * kRowSize) {
    for (int64_t k = 0; k < kLanes; k += Ahead::kEvery) {
      ahead.Step();
#pragma GCC unroll 4
      for (int64_t i = 0; i < Ahead::kEvery; ++i, window += 9 * kLanes) {
        MultiplyStep<kTiles, kRow>(block + k + i, window, sums);
      }
    }
  }
  for (int64_t k = 0; k < left; ++k, window += 9 * kLanes) MultiplyStep<kTiles, kRow>(block + k, window, sums);
#pragma GCC unroll 6
  for (int p = 0; p < kTaps; ++p) {
#pragma GCC unroll 4
    for (int i = 0; i < kTiles; ++i) Store(product.m + kRow * kRowSize + (p * kTiles + i) * kLanes, sums[p][i]);
  }
}

template <int kTiles>
MODULED_AVX512 void MultiplyTiles(const WindowProduct& product) {
  MultiplyRow<kTiles, 0>(product);
  MultiplyRow<kTiles, 1>(product);
  MultiplyRow<kTiles, 2>(product);
  MultiplyRow<kTiles, 3>(product);
  MultiplyRow<kTiles, 4>(product);
  MultiplyRow<kTiles, 5>(product);
}

}  // namespace

void MultiplyWindows(const WindowProduct& product, int64_t tiles) {
  using Kernel = void (*)(const WindowProduct&);
  static constexpr Kernel kKernels[kMaxWindowTiles] = {MultiplyTiles<1>, MultiplyTiles<2>, MultiplyTiles<3>,
                                                       MultiplyTiles<4>};
  kKernels[tiles - 1](product);
}

}  // namespace moduled::nn::winograd
