// B' x B for a tile.
#include "nn/ops/winograd/tile_transforms.h"
#include "nn/ops/winograd/transform.h"

namespace moduled::nn::winograd {
namespace {

template <int kTile, class LoadElements>
MODULED_AVX512_INLINE void TransformVector(const InputTile& tile, float* to, LoadElements load) {
  constexpr int kTaps = kTile + 2;
  Vector columns[kTaps][kTaps];  // [row][column], transformed along the columns.
#pragma GCC unroll 6
  for (int j = 0; j < kTaps; ++j) {
    Vector x[kTaps], v[kTaps];
#pragma GCC unroll 6
    for (int i = 0; i < kTaps; ++i) x[i] = load(tile.elements[i * kTaps + j]);
    Transform<kTile>::Input(x, v);
#pragma GCC unroll 6
    for (int i = 0; i < kTaps; ++i) columns[i][j] = v[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < kTaps; ++i) {
    Vector v[kTaps];
    Transform<kTile>::Input(columns[i], v);
#pragma GCC unroll 6
    for (int j = 0; j < kTaps; ++j) Store(to + (i * kTaps + j) * tile.position_stride, v[j]);
  }
}

}  // namespace

template <int kTile>
MODULED_AVX512 void TransformInput(const InputTile& tile) {
  int64_t c = 0;
  float* to = tile.v;
  for (; c + kLanes <= tile.channels; c += kLanes, to += tile.vector_stride) {
    TransformVector<kTile>(tile, to, [c](const float* element) MODULED_AVX512 { return Load(element + c); });
  }
  if (const int64_t left = tile.channels - c; left > 0) {
    TransformVector<kTile>(tile, to,
                           [c, left](const float* element) MODULED_AVX512 { return LoadFirst(element + c, left); });
  }
}

template void TransformInput<2>(const InputTile& tile);
template void TransformInput<4>(const InputTile& tile);

}  // namespace moduled::nn::winograd
