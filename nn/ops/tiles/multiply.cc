#include "nn/ops/tiles/multiply.h"

#include "nn/ops/tiles/processor.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace moduled::nn::tiles {

#if defined(__x86_64__)

namespace {

constexpr int kRowBytes = kStepDepth * sizeof(Bfloat16);
constexpr int kSumRowBytes = kTileRows * sizeof(float);

MODULED_TILES_INLINE void Fetch(Ahead& ahead) {
  for (int64_t i = 0; i < ahead.lines; ++i, ahead.from += kLineElements) __builtin_prefetch(ahead.from, 0, 2);
}

// Sums 0 to 3 are those of the block.
MODULED_TILES_INLINE void LoadSums(const BlockProduct& p, int64_t third) {
  if (p.resume) {
    _tile_loadd(0, p.sums, kSumRowBytes);
    _tile_loadd(1, p.sums + kSumTileElements, kSumRowBytes);
    _tile_loadd(2, p.sums + third, kSumRowBytes);
    _tile_loadd(3, p.sums + third + kSumTileElements, kSumRowBytes);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
}

MODULED_TILES_INLINE void StoreSums(const BlockProduct& p, int64_t third) {
  _tile_stored(0, p.sums, kSumRowBytes);
  _tile_stored(1, p.sums + kSumTileElements, kSumRowBytes);
  _tile_stored(2, p.sums + third, kSumRowBytes);
  _tile_stored(3, p.sums + third + kSumTileElements, kSumRowBytes);
}

// Every sum waits for the last product that went into it, and four of them hide that. Each pair of operands is loaded
// once: of the three products, neighbours share one.
template <bool kSplit>
MODULED_TILES void Whole(const BlockProduct& p) {
  constexpr int64_t kThird = 2 * kSumTileElements;
  const Bfloat16* a = p.strip;
  const Bfloat16* b = p.panel;
  Ahead ahead = p.ahead;
  LoadSums(p, kThird);
  for (int64_t step = 0; step < p.steps; ++step, a += StepElements(kSplit), b += StepElements(kSplit)) {
    Fetch(ahead);
    _tile_loadd(4, a, kRowBytes);
    _tile_loadd(5, a + kTileElements, kRowBytes);
    if constexpr (kSplit) {
      _tile_loadd(6, b + 2 * kTileElements, kRowBytes);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(2, 5, 6);
      _tile_loadd(7, b + 3 * kTileElements, kRowBytes);
      _tile_dpbf16ps(1, 4, 7);
      _tile_dpbf16ps(3, 5, 7);
    }
    _tile_loadd(6, b, kRowBytes);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(2, 5, 6);
    _tile_loadd(7, b + kTileElements, kRowBytes);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(3, 5, 7);
    if constexpr (kSplit) {
      _tile_loadd(4, a + 2 * kTileElements, kRowBytes);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
      _tile_loadd(5, a + 3 * kTileElements, kRowBytes);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
  StoreSums(p, kThird);
}

// The sums of two blocks, or twice those of one.
template <bool kSplit, bool kTwoPanels>
MODULED_TILES void Low(const BlockProduct& p, const Bfloat16* other) {
  constexpr int64_t kThird = kTwoPanels ? kBlockSums : 0;
  const Bfloat16* a = p.strip;
  const Bfloat16* b = p.panel;
  Ahead ahead = p.ahead;
  LoadSums(p, kThird);
  for (int64_t step = 0; step < p.steps; ++step, a += StepElements(kSplit), b += StepElements(kSplit)) {
    Fetch(ahead);
    _tile_loadd(4, a, kRowBytes);
    if constexpr (kSplit) _tile_loadd(5, a + 2 * kTileElements, kRowBytes);
    _tile_loadd(6, b, kRowBytes);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (kSplit) _tile_dpbf16ps(0, 5, 6);
    _tile_loadd(7, b + kTileElements, kRowBytes);
    _tile_dpbf16ps(1, 4, 7);
    if constexpr (kSplit) _tile_dpbf16ps(1, 5, 7);
    if constexpr (kTwoPanels) {
      _tile_loadd(6, other, kRowBytes);
      _tile_dpbf16ps(2, 4, 6);
      if constexpr (kSplit) _tile_dpbf16ps(2, 5, 6);
      _tile_loadd(7, other + kTileElements, kRowBytes);
      _tile_dpbf16ps(3, 4, 7);
      if constexpr (kSplit) _tile_dpbf16ps(3, 5, 7);
    }
    if constexpr (kSplit) {
      _tile_loadd(6, b + 2 * kTileElements, kRowBytes);
      _tile_dpbf16ps(0, 4, 6);
      _tile_loadd(7, b + 3 * kTileElements, kRowBytes);
      _tile_dpbf16ps(1, 4, 7);
      if constexpr (kTwoPanels) {
        _tile_loadd(6, other + 2 * kTileElements, kRowBytes);
        _tile_dpbf16ps(2, 4, 6);
        _tile_loadd(7, other + 3 * kTileElements, kRowBytes);
        _tile_dpbf16ps(3, 4, 7);
      }
    }
    if constexpr (kTwoPanels) other += StepElements(kSplit);
  }
  if constexpr (kTwoPanels) {
    StoreSums(p, kThird);
  } else {
    _tile_stored(0, p.sums, kSumRowBytes);
    _tile_stored(1, p.sums + kSumTileElements, kSumRowBytes);
  }
}

}  // namespace

void MultiplyBlock(bool split, const BlockProduct& product) { (split ? Whole<true> : Whole<false>)(product); }

void MultiplyLowBlock(bool split, const BlockProduct& product, const Bfloat16* second_panel) {
  const bool two = second_panel != nullptr;
  (split ? (two ? Low<true, true> : Low<true, false>) : (two ? Low<false, true> : Low<false, false>))(product,
                                                                                                      second_panel);
}

#else

void MultiplyBlock(bool, const BlockProduct&) {}
void MultiplyLowBlock(bool, const BlockProduct&, const Bfloat16*) {}

#endif

}  // namespace moduled::nn::tiles
