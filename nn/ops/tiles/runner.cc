#include "nn/ops/tiles/runner.h"

#include <algorithm>

#include "nn/ops/kernels/pointwise_rows.h"
#include "nn/ops/tiles/pack.h"
#include "nn/ops/tiles/processor.h"
#include "nn/ops/tiles/store.h"

namespace moduled::nn::tiles {

using kernels::Part;

Scratch::Scratch(const Problem& problem, const Blocking& blocking) {
  const auto threads = static_cast<size_t>(problem.threads);
  const auto blocks = static_cast<size_t>(blocking.group * blocking.panels);
  row_bytes_ = static_cast<size_t>(blocking.chunk * kStepDepth) * sizeof(float);
  group_bytes_ = static_cast<size_t>(blocking.group * blocking.ChunkElements(problem)) * sizeof(Bfloat16);
  sums_bytes_ = blocking.chunks == 1 ? 0 : blocks * kBlockSums * sizeof(float);
  const size_t owners = blocking.by_columns ? 1 : threads;
  groups_ = threads * row_bytes_;
  sums_ = groups_ + owners * group_bytes_;
  bytes_ = sums_ + owners * sums_bytes_;
}

Runner::Runner(const Problem& problem, const Operands& operands)
    : problem_(problem), operands_(operands), blocking_(problem), scratch_(problem, blocking_) {}

int64_t Runner::RowsOf(int64_t strip) const { return std::min(kBlockExtent, problem_.rows - strip * kBlockExtent); }

int64_t Runner::StepsOfChunk(int64_t chunk) const {
  return std::min(blocking_.chunk, blocking_.steps - chunk * blocking_.chunk);
}

const Bfloat16* Runner::PanelAt(int64_t panel, int64_t chunk) const {
  return operands_.b + panel * BlockElements(problem_) + chunk * blocking_.ChunkElements(problem_);
}

void Runner::Run() const {
  // More parts than threads: one that wakes late leaves its part to those that are awake.
  const int threads = problem_.threads;
  const int parts = threads == 1 ? 1 : std::min(4 * threads, kernels::StepTasks::kMostParts);
  kernels::StepTasks tasks(parts);
  kernels::RunTeam(threads, [&](int thread) {
    const TileScope scope;
    const int own_part = thread * parts / threads;
    if (blocking_.by_columns) return RunByColumns(tasks, thread, own_part);
    tasks.RunStep(0, own_part, [&](int part) { RunGroups(kernels::PartOf(blocking_.groups, parts, part), thread); });
  });
}

Part Runner::GroupAt(int64_t index) const { return kernels::PartOf(blocking_.strips, blocking_.groups, index); }

void Runner::RunGroups(Part groups, int thread) const {
  for (int64_t i = groups.begin; i < groups.end; ++i) {
    const Part group = GroupAt(i);
    for (int64_t chunk = 0; chunk < blocking_.chunks; ++chunk) {
      PackStrips(group, group, chunk, thread, thread);
      MultiplyChunk(group, {0, blocking_.panels}, chunk, thread);
    }
  }
}

void Runner::RunByColumns(kernels::StepTasks& tasks, int thread, int own_part) const {
  const int64_t parts = tasks.parts();
  int64_t step = 0;
  for (int64_t i = 0; i < blocking_.groups; ++i) {
    const Part group = GroupAt(i);
    for (int64_t chunk = 0; chunk < blocking_.chunks; ++chunk) {
      tasks.RunStep(step++, own_part, [&](int part) {
        const Part strips = kernels::PartOf(group.end - group.begin, parts, part);
        PackStrips(group, {group.begin + strips.begin, group.begin + strips.end}, chunk, thread, 0);
      });
      tasks.RunStep(step++, own_part,
                    [&](int part) { MultiplyChunk(group, kernels::PartOf(blocking_.panels, parts, part), chunk, 0); });
    }
  }
}

void Runner::PackStrips(Part group, Part strips, int64_t chunk, int thread, int owner) const {
  float* buffer = scratch_.row(operands_.scratch, thread);
  const int64_t steps = StepsOfChunk(chunk);
  const int64_t begin = chunk * blocking_.chunk * kStepDepth;
  const int64_t end = std::min(begin + steps * kStepDepth, problem_.depth);
  for (int64_t strip = strips.begin; strip < strips.end; ++strip) {
    Bfloat16* to = scratch_.group(operands_.scratch, owner) + (strip - group.begin) * blocking_.ChunkElements(problem_);
    const int64_t count = RowsOf(strip);
    for (int64_t row = 0; row < count; ++row) {
      const float* x = operands_.a->Get(strip * kBlockExtent + row, begin, end, buffer);
      PackRow(problem_.split, x, end - begin, row, to);
    }
    // Low blocks do not read the second tile.
    const int64_t read = count <= kTileRows ? kTileRows : kBlockExtent;
    for (int64_t row = count; row < read; ++row) PackZeroRow(problem_.split, steps, row, to);
  }
}

void Runner::MultiplyChunk(Part group, Part panels, int64_t chunk, int owner) const {
  if (panels.begin == panels.end) return;
  const bool low = group.end - group.begin == 1 && RowsOf(group.begin) <= kTileRows;
  const int64_t at_once = low ? 2 : 1;
  for (int64_t panel = panels.begin; panel < panels.end; panel += at_once) {
    const int64_t end = std::min(panel + at_once, panels.end);
    const Bfloat16* next = end < panels.end               ? PanelAt(end, chunk)
                           : chunk + 1 < blocking_.chunks ? PanelAt(panels.begin, chunk + 1)
                                                          : nullptr;
    MultiplyPanels(group, {panel, end}, chunk, next, owner);
  }
  if (chunk + 1 == blocking_.chunks) ApplyFunction(group, panels);
}

void Runner::MultiplyPanels(Part group, Part panels, int64_t chunk, const Bfloat16* next, int owner) const {
  // With fewer strips there is not the time to fetch anything: the processor's own looking ahead does as well.
  constexpr int64_t kLeastStrips = 4;
  alignas(64) float sums[2 * kBlockSums];
  const int64_t steps = StepsOfChunk(chunk);
  const int64_t strips = group.end - group.begin;
  const int64_t lines = blocking_.streams && next != nullptr && strips >= kLeastStrips
                            ? CeilDiv(StepElements(problem_.split) / kLineElements, strips)
                            : 0;
  const Bfloat16* a = scratch_.group(operands_.scratch, owner);
  for (int64_t i = 0; i < strips; ++i, a += blocking_.ChunkElements(problem_)) {
    const int64_t strip = group.begin + i;
    BlockProduct product = {
        .strip = a, .panel = PanelAt(panels.begin, chunk), .steps = steps, .resume = chunk > 0, .sums = sums};
    if (blocking_.chunks > 1) {
      product.sums = scratch_.sums(operands_.scratch, owner) + (i * blocking_.panels + panels.begin) * kBlockSums;
    }
    // Each strip's turn fetches its part of the next panel.
    if (lines > 0) product.ahead = {.from = next + i * lines * steps * kLineElements, .lines = lines};
    if (RowsOf(strip) <= kTileRows) {
      const bool two = panels.end - panels.begin == 2;
      MultiplyLowBlock(problem_.split, product, two ? PanelAt(panels.begin + 1, chunk) : nullptr);
    } else {
      MultiplyBlock(problem_.split, product);
    }
    if (chunk + 1 == blocking_.chunks) Store(strip, panels, product.sums);
  }
}

void Runner::Store(int64_t strip, Part panels, const float* sums) const {
  Place place = {.row = strip * kBlockExtent, .rows = RowsOf(strip)};
  for (int64_t panel = panels.begin; panel < panels.end; ++panel, sums += kBlockSums) {
    place.column = panel * kBlockExtent;
    place.columns = std::min(kBlockExtent, problem_.columns - place.column);
    StoreBlock(problem_, operands_, place, sums);
  }
}

void Runner::ApplyFunction(Part group, Part panels) const {
  const Pointwise& function = problem_.pointwise;
  if (function.kind == Pointwise::Kind::kIdentity || function.kind == Pointwise::Kind::kClamp) return;
  const int64_t row = group.begin * kBlockExtent;
  const int64_t rows = std::min(group.end * kBlockExtent, problem_.rows) - row;
  const int64_t column = panels.begin * kBlockExtent;
  const int64_t columns = std::min(panels.end * kBlockExtent, problem_.columns) - column;
  float* y = operands_.y + row * problem_.columns + column;
  if (columns == problem_.columns) return kernels::ApplyRow(function, y, rows * columns);
  for (int64_t i = 0; i < rows; ++i) kernels::ApplyRow(function, y + i * problem_.columns, columns);
}

}  // namespace moduled::nn::tiles
