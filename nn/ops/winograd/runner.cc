#include "nn/ops/winograd/runner.h"

#include <algorithm>

#include "nn/ops/winograd/tile_transforms.h"

namespace moduled::nn::winograd {
namespace {

using kernels::Part;

// Where a tile of the batch begins in y.
template <int kTile>
struct TilePlace {
  TilePlace(const Blocking& blocking, int64_t tile)
      : image(tile / (blocking.tile_rows * blocking.tile_columns)),
        row(tile / blocking.tile_columns % blocking.tile_rows * kTile),
        column(tile % blocking.tile_columns * kTile) {}

  int64_t image, row, column;
};

// The first channel of every element that a tile is made from; zeros stand for those around the image.
template <int kTile>
void FindElements(const Problem& problem, const TilePlace<kTile>& place, const float* x, const float* zeros,
                  const float* (&elements)[(kTile + 2) * (kTile + 2)]) {
  constexpr int kTaps = kTile + 2;
  const int64_t top = place.row - problem.pad_top, left = place.column - problem.pad_left;
  for (int i = 0; i < kTaps; ++i) {
    const int64_t row = top + i;
    const bool inside = row >= 0 && row < problem.in_height;
    const int64_t first = (place.image * problem.in_height + row) * problem.in_width;
    for (int j = 0; j < kTaps; ++j) {
      const int64_t column = left + j;
      elements[i * kTaps + j] =
          inside && column >= 0 && column < problem.in_width ? x + (first + column) * problem.in_channels : zeros;
    }
  }
}

}  // namespace

Scratch::Scratch(const Blocking& blocking, int threads)
    : values_(blocking.depth),
      values_size_(blocking.Values(blocking.block).size()),
      products_(values_ + values_size_ * (blocking.split_panels ? 1 : threads)),
      products_size_(blocking.Products(blocking.block, blocking.width_at_once()).size()),
      elements_(products_ + products_size_ * threads) {}

template <int kTile>
Runner<kTile>::Runner(const Problem& problem, const Operands& operands)
    : problem_(problem),
      operands_(operands),
      blocking_(MakeBlocking(problem)),
      panels_(PanelsOf(problem)),
      multiplier_(problem, blocking_, operands.packed),
      scratch_(blocking_, problem.threads) {}

template <int kTile>
void Runner<kTile>::TransformInputs(Part block, Part groups, float* values) const {
  const float* elements[(kTile + 2) * (kTile + 2)];
  const Groups layout = blocking_.Values(Size(block));
  const bool windows = problem_.form == WeightForm::kWindows;
  for (int64_t group = groups.begin; group < groups.end; ++group) {
    const Part tiles = layout[group];
    InputTile to = {.elements = elements,
                    .channels = problem_.in_channels,
                    .v = values + layout.Offset(group),
                    .vector_stride = windows ? blocking_.positions * Size(tiles) * kLanes : kLanes,
                    .position_stride = windows ? Size(tiles) * kLanes : layout.PositionStride(group)};
    for (int64_t tile = tiles.begin; tile < tiles.end; ++tile, to.v += windows ? kLanes : blocking_.depth) {
      FindElements<kTile>(problem_, TilePlace<kTile>(blocking_, block.begin + tile), operands_.x,
                          scratch_.zeros(operands_.scratch), elements);
      TransformInput<kTile>(to);
    }
  }
}

template <int kTile>
void Runner<kTile>::TransformOutputs(Part block, Part vectors, const float* products) const {
  const Groups layout = blocking_.Products(Size(block), Size(vectors) * kLanes);
  const int64_t channel = vectors.begin * kLanes;
  OutputTile from = {.channels = std::min(vectors.end * kLanes, problem_.out_channels) - channel,
                     .out_channels = problem_.out_channels,
                     .out_width = problem_.out_width,
                     .bias = operands_.bias ? operands_.bias + channel : nullptr,
                     .activation = problem_.activation,
                     .low = problem_.low,
                     .high = problem_.high};
  for (int64_t group = 0; group < layout.count(); ++group) {
    const Part tiles = layout[group];
    from.m = products + layout.Offset(group);
    from.position_stride = layout.PositionStride(group);
    for (int64_t tile = tiles.begin; tile < tiles.end; ++tile, from.m += Size(vectors) * kLanes) {
      const TilePlace<kTile> place(blocking_, block.begin + tile);
      const int64_t pixel = (place.image * problem_.out_height + place.row) * problem_.out_width + place.column;
      from.rows = std::min<int64_t>(kTile, problem_.out_height - place.row);
      from.columns = std::min<int64_t>(kTile, problem_.out_width - place.column);
      from.y = operands_.y + pixel * problem_.out_channels + channel;
      from.residual = operands_.residual ? operands_.residual + pixel * problem_.out_channels + channel : nullptr;
      TransformOutput<kTile>(from);
    }
  }
}

template <int kTile>
void Runner<kTile>::MakeOutputs(Part block, Part panels, const float* values, float* products) const {
  for (int64_t first = panels.begin; first < panels.end; first += blocking_.panels_at_once) {
    const int64_t last = std::min(first + blocking_.panels_at_once, panels.end);
    const int64_t next = last < panels.end ? last : panels.begin;
    multiplier_.Run(Size(block), {first, last}, next, values, products);
    TransformOutputs(block, {panels_[first].begin, panels_[last - 1].end}, products);
  }
}

template <int kTile>
void Runner<kTile>::Run() const {
  std::fill_n(scratch_.zeros(operands_.scratch), blocking_.depth, 0.0f);
  const int64_t parts = blocking_.split_panels ? 1 : problem_.threads;
  kernels::ParallelFor(static_cast<int>(parts), blocking_.tiles, [this](int64_t begin, int64_t end, int thread) {
    float* values = scratch_.values(operands_.scratch, thread);
    const int64_t blocks = CeilDiv(end - begin, blocking_.block);
    for (int64_t i = 0; i < blocks; ++i) {
      const Part part = kernels::PartOf(end - begin, blocks, i);
      const Part block = {begin + part.begin, begin + part.end};
      // Threads that have tiles of their own compute the whole block; otherwise all of them share it.
      const int threads = blocking_.split_panels ? problem_.threads : 1;
      kernels::ParallelFor(threads, blocking_.Values(Size(block)).count(), [&](int64_t first, int64_t last, int) {
        TransformInputs(block, {first, last}, values);
      });
      kernels::ParallelFor(threads, panels_.count(), [&](int64_t first, int64_t last, int sharing) {
        MakeOutputs(block, {first, last}, values, scratch_.products(operands_.scratch, thread + sharing));
      });
    }
  });
}

template class Runner<2>;
template class Runner<4>;

}  // namespace moduled::nn::winograd
