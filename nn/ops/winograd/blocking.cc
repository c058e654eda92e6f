#include "nn/ops/winograd/blocking.h"

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

}  // namespace

Blocking MakeBlocking(const Problem& problem) {
  Blocking blocking;
  const Panels panels(problem.out_channels);
  blocking.positions = int64_t{problem.tile + 2} * (problem.tile + 2);
  blocking.tile_rows = CeilDiv(problem.out_height, problem.tile);
  blocking.tile_columns = CeilDiv(problem.out_width, problem.tile);
  blocking.tiles = problem.batch * blocking.tile_rows * blocking.tile_columns;
  blocking.depth = VectorsFor(problem.in_channels) * kLanes;
  blocking.panels_at_once = 1;
  blocking.split_panels = panels.count() >= problem.threads && blocking.tiles < kLeastTilesOfThread * problem.threads;

  const int64_t parts = blocking.split_panels ? 1 : problem.threads;
  const int64_t of_thread = CeilDiv(blocking.tiles, parts);
  const int64_t position_bytes = blocking.positions * static_cast<int64_t>(sizeof(float));
  const int64_t fitting = kBlockBytes / (position_bytes * (blocking.depth + blocking.width_at_once()));
  blocking.block = CeilDiv(of_thread, CeilDiv(of_thread, std::max(fitting, kLeastBlock)));
  // Then they are read once only, by multiplying them by all panels at once.
  if (blocking.block * position_bytes * blocking.depth > kMostValuesBytes) blocking.panels_at_once = panels.count();
  return blocking;
}

}  // namespace moduled::nn::winograd
