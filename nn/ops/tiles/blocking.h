// How a product is cut, so that what is used again is still in the cache: strips into groups, the depth into chunks.
//
// A chunk of a group is packed and then multiplied by that of each panel, so that b is read once for a group. The sums
// of a chunk that is not the last wait in memory.
#pragma once

#include <algorithm>

#include "nn/ops/tiles/layout.h"

namespace moduled::nn::tiles {

struct Blocking {
  explicit Blocking(const Problem& p)
      : strips(StripsOf(p)),
        panels(PanelsOf(p)),
        steps(StepsOf(p)),
        streams(PackedBytes(p) > kCacheBytes / 4),
        chunk(std::min<int64_t>(steps, streams ? 32 : 8)),
        chunks(CeilDiv(steps, chunk)),
        group(std::clamp<int64_t>(streams ? kCacheBytes / 2 / ChunkBytes(p) : 1, 1, strips)),
        groups(CeilDiv(strips, group)),
        by_columns(p.threads > 1 && groups < 4 * p.threads) {}

  // Whether b is too large to stay in the cache, and is read ahead. Otherwise chunks are small: what is packed stays in
  // the first level.
  int64_t strips, panels, steps;
  bool streams;
  int64_t chunk;  // The most steps of a chunk.
  int64_t chunks;
  int64_t group;  // The most strips of a group.
  int64_t groups;
  bool by_columns;  // The threads share a group and split its panels; otherwise each has groups of its own.

  // The elements of a strip's chunk.
  int64_t ChunkElements(const Problem& p) const { return chunk * StepElements(p.split); }

 private:
  static constexpr int64_t kCacheBytes = int64_t{2} << 20;  // Of the second level.

  int64_t ChunkBytes(const Problem& p) const { return ChunkElements(p) * static_cast<int64_t>(sizeof(Bfloat16)); }
};

}  // namespace moduled::nn::tiles
