// How a problem is cut: into tiles, tiles into blocks whose values stay in the cache, and columns into panels.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "nn/ops/kernels/parallel.h"
#include "nn/ops/winograd/vector.h"
#include "nn/ops/winograd/winograd.h"

namespace moduled::nn::winograd {

constexpr int64_t Size(kernels::Part part) { return part.end - part.begin; }

constexpr int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Panels of the packed weight: runs of vectors of output channels, of so many or a little less. More than one are an
// even number where they can be, for two threads to share.
class Panels {
 public:
  Panels(int64_t out_channels, int64_t most_vectors) : vectors_(VectorsFor(out_channels)) {
    const int64_t fewest = CeilDiv(vectors_, most_vectors);
    count_ = fewest == 1 ? 1 : std::min(fewest + fewest % 2, vectors_);
  }
  int64_t count() const { return count_; }
  int64_t vectors() const { return vectors_; }
  // The vectors of panel `index`.
  kernels::Part operator[](int64_t index) const { return kernels::PartOf(vectors_, count_, index); }

 private:
  int64_t vectors_ = 0;
  int64_t count_ = 0;
};

// Tiles of a block go in groups that are multiplied at once; their values at a position lie side by side, and those of
// all positions before the next group's, so that a tile's transform writes to few pages.
class Groups {
 public:
  Groups(int64_t tiles, int64_t most_tiles, int64_t positions, int64_t width, int64_t padding)
      : tiles_(tiles), count_(CeilDiv(tiles, most_tiles)), positions_(positions), width_(width), padding_(padding) {}
  int64_t count() const { return count_; }
  kernels::Part operator[](int64_t index) const {
    const int64_t begin = index * least_ + std::min(index, longer_);
    return {begin, begin + least_ + (index < longer_ ? 1 : 0)};
  }
  // Where group `index` begins, and how far its positions are apart.
  int64_t Offset(int64_t index) const { return positions_ * ((*this)[index].begin * width_ + index * padding_); }
  int64_t PositionStride(int64_t index) const {
    const kernels::Part tiles = (*this)[index];
    return (tiles.end - tiles.begin) * width_ + padding_;
  }
  int64_t size() const { return positions_ * (tiles_ * width_ + count_ * padding_); }

 private:
  int64_t tiles_, count_, positions_, width_, padding_;
  // As kernels::PartOf, which would divide again for every product.
  int64_t least_ = tiles_ / count_, longer_ = tiles_ % count_;
};

struct Blocking {
  int64_t positions = 0;  // In a tile.
  int64_t tile_rows = 0;  // Of an image.
  int64_t tile_columns = 0;
  int64_t tiles = 0;           // Of the batch.
  int64_t depth = 0;           // Channels, rounded up to vectors.
  int64_t block = 0;           // The most tiles of a block.
  int64_t group = 0;           // The most tiles of a group.
  int64_t padding = 0;         // Of a group's positions.
  int64_t panel_vectors = 0;   // The most vectors of a panel.
  int64_t panels_at_once = 0;  // How many are multiplied before their outputs are made.
  bool split_panels = false;   // Between the threads; otherwise tiles are.

  int64_t width_at_once() const { return panels_at_once * panel_vectors * kLanes; }
  // Where the values of so many tiles are, and their products of so many columns.
  Groups Values(int64_t count) const { return {count, group, positions, depth, padding}; }
  Groups Products(int64_t count, int64_t width) const { return {count, group, positions, width, padding}; }
};

Blocking MakeBlocking(const Problem& problem);

// Those of the packed weight, which do not depend on the input.
Panels PanelsOf(const Problem& problem);

// Where the panel that begins with this vector of output channels begins in the packed weight.
constexpr int64_t PackedPanelOffset(const Problem& problem, int64_t vector) {
  const int64_t elements = problem.form == WeightForm::kWindows ? 9 : int64_t{problem.tile + 2} * (problem.tile + 2);
  return elements * problem.in_channels * vector * kLanes;
}

}  // namespace moduled::nn::winograd
