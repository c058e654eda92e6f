#include "nn/ops/winograd/blocking.h"

#include "nn/ops/winograd/multiply.h"
#include "nn/ops/winograd/multiply_windows.h"

namespace moduled::nn::winograd {
namespace {

// What a block's values and products take of the second level's cache: a quarter of it, because x, y and the weight
// pass through it meanwhile.
constexpr int64_t kBlockBytes = 480 << 10;
// With fewer tiles in a block, reading the weight takes longer than multiplying by it.
constexpr int64_t kLeastBlock = 24;
// Values of a block that are larger do not stay in the cache.
constexpr int64_t kMostValuesBytes = 1280 << 10;
// With fewer tiles for a thread, threads share the tiles and each reads its part of the weight.
constexpr int64_t kLeastTilesOfThread = 20;

// A tile's values and products.
int64_t TileBytes(const Blocking& blocking) {
  return blocking.positions * (blocking.depth + blocking.width_at_once()) * static_cast<int64_t>(sizeof(float));
}

// Windows are read once for a block, so that it may be as large as the cache.
void BlockForWindows(int64_t tiles, Blocking& blocking) {
  blocking.group = kMaxWindowTiles;
  blocking.panel_vectors = 1;
  blocking.panels_at_once = 1;
  const int64_t fitting = kMostValuesBytes / TileBytes(blocking) / kMaxWindowTiles * kMaxWindowTiles;
  blocking.block = std::min(tiles, std::max(fitting, kMaxWindowTiles));
}

void BlockForPanels(int64_t tiles, int64_t panels, Blocking& blocking) {
  blocking.group = kMaxRows;
  // Powers of two would all fall into the same lines of the cache.
  blocking.padding = kLanes;
  blocking.panel_vectors = kMaxPanelVectors;
  blocking.panels_at_once = 1;
  const int64_t fitting = std::max(kBlockBytes / TileBytes(blocking), kLeastBlock);
  blocking.block = CeilDiv(tiles, CeilDiv(tiles, fitting));
  const int64_t values = blocking.Values(blocking.block).size() * static_cast<int64_t>(sizeof(float));
  // Then they are read once only, by multiplying them by all panels at once.
  if (values > kMostValuesBytes) blocking.panels_at_once = panels;
}

}  // namespace

Panels PanelsOf(const Problem& problem) {
  return Panels(problem.out_channels, problem.form == WeightForm::kWindows ? 1 : kMaxPanelVectors);
}

Blocking MakeBlocking(const Problem& problem) {
  Blocking blocking;
  const Panels panels = PanelsOf(problem);
  blocking.positions = int64_t{problem.tile + 2} * (problem.tile + 2);
  blocking.tile_rows = CeilDiv(problem.out_height, problem.tile);
  blocking.tile_columns = CeilDiv(problem.out_width, problem.tile);
  blocking.tiles = problem.batch * blocking.tile_rows * blocking.tile_columns;
  blocking.depth = VectorsFor(problem.in_channels) * kLanes;
  blocking.split_panels = panels.count() >= problem.threads && blocking.tiles < kLeastTilesOfThread * problem.threads;
  const int64_t of_thread = blocking.split_panels ? blocking.tiles : CeilDiv(blocking.tiles, problem.threads);
  if (problem.form == WeightForm::kWindows) {
    BlockForWindows(of_thread, blocking);
  } else {
    BlockForPanels(of_thread, panels.count(), blocking);
  }
  return blocking;
}

}  // namespace moduled::nn::winograd
