#include "nn/ops/tiles/pack.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "nn/ops/kernels/parallel.h"
#include "nn/ops/tiles/processor.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace moduled::nn::tiles {
namespace {

// To the nearest, ties to even.
Bfloat16 Round(float x) {
  const auto bits = std::bit_cast<uint32_t>(x);
  if ((bits & 0x7fffffff) > 0x7f800000) return 0x7fc0;  // NaN.
  return static_cast<Bfloat16>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

float Widen(Bfloat16 x) { return std::bit_cast<float>(static_cast<uint32_t>(x) << 16); }

// Where a row's part of a step begins within it.
int64_t RowOffset(int64_t row) { return row / kTileRows * kTileElements + row % kTileRows * kStepDepth; }

// Whose elements [column, k] go to row k / 2.
void PackStepOfPanel(const Problem& problem, const Columns& b, int64_t panel, int64_t step, Bfloat16* to) {
  const int64_t first = panel * kBlockExtent, columns = std::min(kBlockExtent, problem.columns - first);
  const int64_t begin = step * kStepDepth, depth = std::min(kStepDepth, problem.depth - begin);
  int64_t offsets[kStepDepth];
  for (int64_t k = 0; k < depth; ++k) {
    offsets[k] = (begin + k) / b.inner * b.outer_stride + (begin + k) % b.inner * b.inner_stride;
  }
  for (int64_t column = 0; column < columns; ++column) {
    const float* from = b.data + (first + column) * b.column_stride;
    Bfloat16* pairs = to + column / kTileRows * kTileElements + column % kTileRows * 2;
    for (int64_t k = 0; k < depth; ++k) {
      const float x = from[offsets[k]];
      Bfloat16* high = pairs + k / 2 * 2 * kTileRows + k % 2;
      *high = Round(x);
      if (problem.split) high[kTilesAcross * kTileElements] = Round(x - Widen(*high));
    }
  }
}

}  // namespace

#if defined(__x86_64__)

namespace {

MODULED_TILES_INLINE __m512 WidenHalf(__m256i half) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
}

// 32 numbers, of which the masked are there.
MODULED_TILES_INLINE void PackStep(const float* x, __mmask32 mask, bool split, Bfloat16* high) {
  const __m512 left = _mm512_maskz_loadu_ps(static_cast<__mmask16>(mask), x);
  const __m512 right = _mm512_maskz_loadu_ps(static_cast<__mmask16>(mask >> 16), x + kStepDepth / 2);
  const auto highs = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(right, left));
  _mm512_store_si512(high, highs);
  if (!split) return;
  const __m512 left_rest = _mm512_sub_ps(left, WidenHalf(_mm512_castsi512_si256(highs)));
  const __m512 right_rest = _mm512_sub_ps(right, WidenHalf(_mm512_extracti64x4_epi64(highs, 1)));
  _mm512_store_si512(high + kTilesAcross * kTileElements,
                     reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(right_rest, left_rest)));
}

}  // namespace

MODULED_TILES void PackRow(bool split, const float* x, int64_t count, int64_t row, Bfloat16* strip) {
  Bfloat16* to = strip + RowOffset(row);
  const int64_t whole = count / kStepDepth * kStepDepth;
  for (int64_t k = 0; k < whole; k += kStepDepth, to += StepElements(split)) PackStep(x + k, ~__mmask32{0}, split, to);
  if (whole < count) PackStep(x + whole, (__mmask32{1} << (count - whole)) - 1, split, to);
}

#else

void PackRow(bool, const float*, int64_t, int64_t, Bfloat16*) {}

#endif

void PackZeroRow(bool split, int64_t steps, int64_t row, Bfloat16* strip) {
  Bfloat16* to = strip + RowOffset(row);
  constexpr size_t kBytes = kStepDepth * sizeof(Bfloat16);
  for (int64_t step = 0; step < steps; ++step, to += StepElements(split)) {
    std::memset(to, 0, kBytes);
    if (split) std::memset(to + kTilesAcross * kTileElements, 0, kBytes);
  }
}

size_t PackedBytes(const Problem& problem) { return static_cast<size_t>(PanelsOf(problem)) * BlockBytes(problem); }

// A tile of b holds pairs of the depth side by side, since the processor multiplies two numbers of a row at once.
void Pack(const Problem& problem, const Columns& b, Bfloat16* packed) {
  std::memset(packed, 0, PackedBytes(problem));
  kernels::ParallelFor(problem.threads, PanelsOf(problem), [&](int64_t begin, int64_t end, int) {
    for (int64_t panel = begin; panel < end; ++panel) {
      for (int64_t step = 0; step < StepsOf(problem); ++step) {
        PackStepOfPanel(problem, b, panel, step,
                        packed + panel * BlockElements(problem) + step * StepElements(problem.split));
      }
    }
  });
}

}  // namespace moduled::nn::tiles
