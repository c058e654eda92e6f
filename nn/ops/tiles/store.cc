#include "nn/ops/tiles/store.h"

#include <algorithm>

#include "nn/ops/tiles/processor.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace moduled::nn::tiles {

#if defined(__x86_64__)

MODULED_TILES void StoreBlock(const Problem& problem, const Operands& operands, const Place& place, const float* sums) {
  const bool clamps = problem.pointwise.kind == Pointwise::Kind::kClamp;
  const __m512 low = _mm512_set1_ps(problem.pointwise.low), high = _mm512_set1_ps(problem.pointwise.high);
  for (int64_t begin = 0; begin < place.columns; begin += kTileRows, sums += kSumTileElements) {
    const int64_t count = std::min(kTileRows, place.columns - begin);
    const auto mask = static_cast<__mmask16>((1u << count) - 1);
    const int64_t column = place.column + begin;
    const __m512 bias = problem.bias ? _mm512_maskz_loadu_ps(mask, operands.bias + column) : _mm512_setzero_ps();
    const float* from = sums;
    for (int64_t row = 0; row < place.rows; ++row, from += kTileRows) {
      if (row == kTileRows) from += kSumTileElements;  // Past the other columns' tile.
      const int64_t at = (place.row + row) * problem.columns + column;
      __m512 sum = _mm512_add_ps(_mm512_load_ps(from), bias);
      if (problem.residual) sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(mask, operands.residual + at));
      if (clamps) sum = _mm512_min_ps(high, _mm512_max_ps(low, sum));  // Of a NaN both answer the second, the NaN.
      _mm512_mask_storeu_ps(operands.y + at, mask, sum);
    }
  }
}

#else

void StoreBlock(const Problem&, const Operands&, const Place&, const float*) {}

#endif

}  // namespace moduled::nn::tiles
