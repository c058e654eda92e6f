// A' m A for a tile, then bias, residual and activation.
#include "nn/ops/winograd/tile_transforms.h"
#include "nn/ops/winograd/transform.h"

namespace moduled::nn::winograd {
namespace {

// A NaN stays one.
MODULED_AVX512_INLINE Vector Clamped(Vector x, Vector low, Vector high) {
  x = low > x ? low : x;
  return high < x ? high : x;
}

// `count` channels, at most a vector, from channel `c` on.
template <int kTile, bool kWhole>
MODULED_AVX512_INLINE void TransformVector(const OutputTile& tile, int64_t c, int64_t count) {
  constexpr int kTaps = kTile + 2;
  const auto load = [count](const float* from) MODULED_AVX512 { return kWhole ? Load(from) : LoadFirst(from, count); };
  Vector rows[kTile][kTaps];  // Transformed along the columns.
#pragma GCC unroll 6
  for (int j = 0; j < kTaps; ++j) {
    Vector m[kTaps], y[kTile];
#pragma GCC unroll 6
    for (int i = 0; i < kTaps; ++i) m[i] = Load(tile.m + (i * kTaps + j) * tile.position_stride + c);
    Transform<kTile>::Output(m, y);
#pragma GCC unroll 4
    for (int i = 0; i < kTile; ++i) rows[i][j] = y[i];
  }
  const Vector bias = tile.bias ? load(tile.bias + c) : Vector{};
  const Vector low = Broadcast(tile.low), high = Broadcast(tile.high);
#pragma GCC unroll 4
  for (int i = 0; i < kTile; ++i) {
    if (i >= tile.rows) break;
    Vector y[kTile];
    Transform<kTile>::Output(rows[i], y);
#pragma GCC unroll 4
    for (int j = 0; j < kTile; ++j) {
      if (j >= tile.columns) break;
      const int64_t offset = (i * tile.out_width + j) * tile.out_channels + c;
      Vector sum = y[j] + bias;
      if (tile.residual) sum += load(tile.residual + offset);
      if (tile.activation == Activation::kClamp) sum = Clamped(sum, low, high);
      if constexpr (kWhole) {
        Store(tile.y + offset, sum);
      } else {
        StoreFirst(tile.y + offset, sum, count);
      }
    }
  }
}

}  // namespace

template <int kTile>
MODULED_AVX512 void TransformOutput(const OutputTile& tile) {
  int64_t c = 0;
  for (; c + kLanes <= tile.channels; c += kLanes) TransformVector<kTile, true>(tile, c, kLanes);
  if (c < tile.channels) TransformVector<kTile, false>(tile, c, tile.channels - c);
}

template void TransformOutput<2>(const OutputTile& tile);
template void TransformOutput<4>(const OutputTile& tile);

}  // namespace moduled::nn::winograd
