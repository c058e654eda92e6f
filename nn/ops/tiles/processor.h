// The processor's tile registers (AMX): eight of 16 rows of 64 bytes, which it multiplies with each other.
#pragma once

#if defined(__x86_64__)
#define MODULED_TILES_TARGET \
  __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,fma")))
#else
#define MODULED_TILES_TARGET
#endif
#define MODULED_TILES MODULED_TILES_TARGET __attribute__((noinline))
#define MODULED_TILES_INLINE MODULED_TILES_TARGET __attribute__((always_inline)) inline

namespace moduled::nn::tiles {

// Whether there are any, and the system lets this process use them: it asks for that at the first call.
bool HasTiles();

// While it lives, this thread's tiles are whole ones. Requires HasTiles().
class TileScope {
 public:
  TileScope();
  ~TileScope();
  TileScope(const TileScope&) = delete;
  TileScope& operator=(const TileScope&) = delete;
};

}  // namespace moduled::nn::tiles
