#include "nn/ops/tiles/processor.h"

#include <cstdint>

#if defined(__x86_64__) && defined(__linux__)
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace moduled::nn::tiles {

#if defined(__x86_64__) && defined(__linux__)

namespace {

// The registers are large, so Linux hands them out on demand alone, to the whole process.
bool AskForTiles() {
  constexpr long kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr long kTileData = 18;               // XFEATURE_XTILEDATA
  if (!__builtin_cpu_supports("amx-tile") || !__builtin_cpu_supports("amx-bf16")) return false;
  if (!__builtin_cpu_supports("avx512bf16") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl")) {
    return false;
  }
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

// As LDTILECFG reads it.
struct alignas(64) TileConfiguration {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
constexpr TileConfiguration kWholeTiles;

MODULED_TILES void Configure() { _tile_loadconfig(&kWholeTiles); }
MODULED_TILES void Release() { _tile_release(); }

}  // namespace

bool HasTiles() {
  static const bool has = AskForTiles();
  return has;
}

TileScope::TileScope() { Configure(); }
TileScope::~TileScope() { Release(); }

#else

bool HasTiles() { return false; }
TileScope::TileScope() = default;
TileScope::~TileScope() = default;

#endif

}  // namespace moduled::nn::tiles
