// How packed operands are laid out: strips of 32 rows of a, panels of 32 columns of b, both cut into steps of 32 along
// the depth. A step is two tiles of high parts, of 16 rows or columns each, and two of low parts behind them.
//
// A strip and a panel make a block of sums: four tiles of 16 x 16, those of the strip's first rows before the others.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nn/ops/tiles/tiles.h"

namespace moduled::nn::tiles {

constexpr int64_t kTileRows = 16;   // Of a, and columns of b.
constexpr int64_t kStepDepth = 32;  // What a row of a tile holds in bfloat16.
constexpr int64_t kTileElements = kTileRows * kStepDepth;
constexpr int64_t kTilesAcross = 2;  // Of a strip or panel.
constexpr int64_t kBlockExtent = kTilesAcross * kTileRows;
constexpr int64_t kSumTileElements = kTileRows * kTileRows;
constexpr int64_t kBlockSums = kTilesAcross * kTilesAcross * kSumTileElements;
constexpr int64_t kLineElements = 64 / sizeof(Bfloat16);  // Of the cache.

constexpr int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

constexpr int64_t StepsOf(const Problem& p) { return CeilDiv(p.depth, kStepDepth); }
constexpr int64_t StepElements(bool split) { return (split ? 2 : 1) * kTilesAcross * kTileElements; }
constexpr int64_t BlockElements(const Problem& p) { return StepsOf(p) * StepElements(p.split); }
constexpr size_t BlockBytes(const Problem& p) { return static_cast<size_t>(BlockElements(p)) * sizeof(Bfloat16); }
constexpr int64_t StripsOf(const Problem& p) { return CeilDiv(p.rows, kBlockExtent); }
constexpr int64_t PanelsOf(const Problem& p) { return CeilDiv(p.columns, kBlockExtent); }

}  // namespace moduled::nn::tiles
