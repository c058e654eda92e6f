#include "nn/ops/kernels/transpose.h"

#include <algorithm>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace moduled::nn::kernels {
namespace {

constexpr int64_t kTile = 16;

struct Tile {
  const Word<4>* from;
  int64_t from_stride;
  Word<4>* to;
  int64_t to_stride;
  int64_t rows;
  int64_t columns;
  bool past_cache;
};

void TransposeAnywhere(const Tile& t) {
  for (int64_t r = 0; r < t.rows; ++r) {
    for (int64_t i = 0; i < t.columns; ++i) t.to[r * t.to_stride + i] = t.from[i * t.from_stride + r];
  }
}

#if defined(__x86_64__)

// GCC 12 takes what its own intrinsics leave undefined for a mistake.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

#define MODULED_TRANSPOSE __attribute__((target("avx512f"), noinline))

// Four rounds, each of which exchanges halves between pairs of registers: of words, pairs, quarters and halves.
MODULED_TRANSPOSE void TransposeByRegisters(const Tile& t) {
  const auto from_mask = static_cast<__mmask16>((1u << t.rows) - 1),
             to_mask = static_cast<__mmask16>((1u << t.columns) - 1);
  __m512i a[kTile], b[kTile];
#pragma GCC unroll 16
  for (int i = 0; i < kTile; ++i) {
    a[i] = i < t.columns ? _mm512_maskz_loadu_epi32(from_mask, t.from + i * t.from_stride) : _mm512_setzero_si512();
  }
#pragma GCC unroll 8
  for (int i = 0; i < kTile; i += 2) {
    b[i] = _mm512_unpacklo_epi32(a[i], a[i + 1]);
    b[i + 1] = _mm512_unpackhi_epi32(a[i], a[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < kTile; i += 4) {
    a[i] = _mm512_unpacklo_epi64(b[i], b[i + 2]);
    a[i + 1] = _mm512_unpackhi_epi64(b[i], b[i + 2]);
    a[i + 2] = _mm512_unpacklo_epi64(b[i + 1], b[i + 3]);
    a[i + 3] = _mm512_unpackhi_epi64(b[i + 1], b[i + 3]);
  }
  // Now register 4 k + j holds, in quarter q, column 4 q + j of the inputs 4 k to 4 k + 3.
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    const __m512i low_even = _mm512_shuffle_i32x4(a[j], a[4 + j], 0x88),
                  low_odd = _mm512_shuffle_i32x4(a[j], a[4 + j], 0xdd);
    const __m512i high_even = _mm512_shuffle_i32x4(a[8 + j], a[12 + j], 0x88);
    const __m512i high_odd = _mm512_shuffle_i32x4(a[8 + j], a[12 + j], 0xdd);
    b[j] = _mm512_shuffle_i32x4(low_even, high_even, 0x88);
    b[8 + j] = _mm512_shuffle_i32x4(low_even, high_even, 0xdd);
    b[4 + j] = _mm512_shuffle_i32x4(low_odd, high_odd, 0x88);
    b[12 + j] = _mm512_shuffle_i32x4(low_odd, high_odd, 0xdd);
  }
  // Whole lines past the cache: they would have to be read into it first.
  if (t.past_cache && t.rows == kTile && t.columns == kTile) {
#pragma GCC unroll 16
    for (int r = 0; r < kTile; ++r) _mm512_stream_si512(reinterpret_cast<__m512i*>(t.to + r * t.to_stride), b[r]);
    return;
  }
#pragma GCC unroll 16
  for (int r = 0; r < kTile; ++r) {
    if (r < t.rows) _mm512_mask_storeu_epi32(t.to + r * t.to_stride, to_mask, b[r]);
  }
}

#pragma GCC diagnostic pop

bool HasRegisters() { return __builtin_cpu_supports("avx512f"); }
void FinishStores() { _mm_sfence(); }

#else

void TransposeByRegisters(const Tile& t) { TransposeAnywhere(t); }
bool HasRegisters() { return false; }
void FinishStores() {}

#endif

}  // namespace

void Transpose(const Word<4>* from, int64_t from_stride, Word<4>* to, int64_t to_stride, int64_t rows,
               int64_t columns) {
  const auto transpose = HasRegisters() ? TransposeByRegisters : TransposeAnywhere;
  constexpr int64_t kManyWords = int64_t{1} << 16;
  constexpr uintptr_t kLine = 64;
  const bool past_cache =
      rows * columns >= kManyWords && to_stride % kTile == 0 && reinterpret_cast<uintptr_t>(to) % kLine == 0;
  // Row by row, so that what is written goes to as few pages at a time as can be.
  for (int64_t r = 0; r < rows; r += kTile) {
    for (int64_t i = 0; i < columns; i += kTile) {
      transpose({from + i * from_stride + r, from_stride, to + r * to_stride + i, to_stride, std::min(kTile, rows - r),
                 std::min(kTile, columns - i), past_cache});
    }
  }
  if (past_cache) FinishStores();
}

}  // namespace moduled::nn::kernels
