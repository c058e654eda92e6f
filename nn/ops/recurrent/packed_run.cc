#include "nn/ops/recurrent/packed_run.h"

#include <algorithm>

#include "nn/ops/kernels/avx512.h"
#include "nn/ops/recurrent/multiply.h"
#include "nn/ops/recurrent/packed_cells.h"

namespace moduled::nn::recurrent {
namespace {

using avx512::kLanes;
using kernels::Part;
using kernels::PartOf;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Calls visit(part) for parts of so many rows as are multiplied at once, of about the same length.
template <class Visit>
void ForEachTile(Part rows, Visit visit) {
  const int64_t count = rows.end - rows.begin;
  const int64_t tiles = CeilDiv(count, kMaxRows);
  for (int64_t tile = 0; tile < tiles; ++tile) {
    const Part part = PartOf(count, tiles, tile);
    visit(Part{rows.begin + part.begin, rows.begin + part.end});
  }
}

}  // namespace

bool RunsRowsApart(const PackedProblem& problem, int threads) {
  constexpr int64_t kFewestRows = 8;
  return !problem.attrs.packed && problem.sizes.batch >= kFewestRows * threads;
}

void PackedRun::RunUnits(const Step& step, int64_t panel, Part rows) const {
  const int64_t hidden = p_.sizes.hidden, width = p_.sizes.width, gates = p_.attrs.gates();
  const Part units = p_.hh.UnitsOf(panel), vectors = p_.hh.VectorsOf(panel);
  // Those that go on from the step before, then those that start.
  const int64_t cut = std::clamp(step.before_count, rows.begin, rows.end);
  alignas(64) float sums[kMaxRows * kMaxPanelVectors * kLanes];
  const auto run = [&](const float* before, Part tile) {
    before += tile.begin * width;
    const auto at = [&](auto* rows_of, int64_t row, int64_t row_size) {
      return rows_of == nullptr ? nullptr : rows_of + row * row_size + units.begin;
    };
    const int64_t row = step.begin + tile.begin;
    const PackedCells cells = {.rows = tile.end - tile.begin,
                               .units = units.end - units.begin,
                               .hidden = hidden,
                               .sums = sums,
                               .x = at(b_.gates, row, gates * hidden),
                               .b_hh = at(b_.b_hh, 0, 0),
                               .before = at(before, 0, 0),
                               .c = at(b_.cn, tile.begin, hidden),
                               .h = p_.attrs.projected ? at(unprojected_, tile.begin, hidden) : at(b_.y, row, hidden),
                               .kept = at(b_.kept, row, p_.attrs.kept() * hidden),
                               .cells = at(b_.cells, row, hidden)};
    FetchInputs(p_.attrs.kind, cells);
    Multiply({.states = before,
              .state_step = width,
              .panel = p_.w_hh.get() + p_.hh.OffsetOf(panel),
              .depth = width,
              .sums = sums},
             cells.rows, (vectors.end - vectors.begin) * gates);
    RunCells(p_.attrs.kind, cells);
  };
  ForEachTile({rows.begin, cut}, [&](Part tile) { run(b_.y + step.before * width, tile); });
  ForEachTile({cut, rows.end}, [&](Part tile) { run(b_.h0, tile); });
}

void PackedRun::Project(const Step& step, int64_t panel, Part rows) const {
  const Part units = p_.hr.UnitsOf(panel), vectors = p_.hr.VectorsOf(panel);
  const int64_t row_size = (vectors.end - vectors.begin) * kLanes;
  alignas(64) float sums[kMaxRows * kMaxPanelVectors * kLanes];
  ForEachTile(rows, [&](Part tile) {
    Multiply({.states = unprojected_ + tile.begin * p_.sizes.hidden,
              .state_step = p_.sizes.hidden,
              .panel = p_.w_hr.get() + p_.hr.OffsetOf(panel),
              .depth = p_.sizes.hidden,
              .sums = sums},
             tile.end - tile.begin, vectors.end - vectors.begin);
    for (int64_t i = tile.begin; i < tile.end; ++i) {
      std::copy_n(sums + (i - tile.begin) * row_size, units.end - units.begin,
                  b_.y + (step.begin + i) * p_.sizes.width + units.begin);
    }
  });
}

void PackedRun::RunSequences(Part rows) const {
  ForEachStep(p_.sizes, b_.batch_sizes, p_.attrs.reverse, /*backward=*/false, [&](const Step& step) {
    for (int64_t panel = 0; panel < p_.hh.count(); ++panel) RunUnits(step, panel, rows);
    for (int64_t panel = 0; panel < p_.hr.count(); ++panel) Project(step, panel, rows);
  });
}

void PackedRun::RunSteps(kernels::StepTasks& tasks, int thread) const {
  int64_t next = 0;
  ForEachStep(p_.sizes, b_.batch_sizes, p_.attrs.reverse, /*backward=*/false, [&](const Step& step) {
    const Part rows = {0, step.count};
    tasks.RunStep(next++, thread, [&](int part) {
      const Part panels = PartOf(p_.hh.count(), tasks.parts(), part);
      for (int64_t panel = panels.begin; panel < panels.end; ++panel) RunUnits(step, panel, rows);
    });
    if (!p_.attrs.projected) return;
    tasks.RunStep(next++, thread, [&](int part) {
      const Part panels = PartOf(p_.hr.count(), tasks.parts(), part);
      for (int64_t panel = panels.begin; panel < panels.end; ++panel) Project(step, panel, rows);
    });
  });
}

void PackedRun::Run(kernels::StepTasks& tasks, int thread) const {
  if (!RunsRowsApart(p_, tasks.parts())) return RunSteps(tasks, thread);
  tasks.RunStep(0, thread, [&](int part) { RunSequences(PartOf(p_.sizes.batch, tasks.parts(), part)); });
}

void PackedRun::CopyFinalStates() const {
  const int64_t width = p_.sizes.width;
  Step last;
  // The sequences from `first` on end with this step.
  const auto copy = [&](const Step& step, int64_t first) {
    if (first < step.count)
      std::copy(b_.y + (step.begin + first) * width, b_.y + (step.begin + step.count) * width, b_.hn + first * width);
  };
  ForEachStep(p_.sizes, b_.batch_sizes, p_.attrs.reverse, /*backward=*/false, [&](const Step& step) {
    copy(last, step.count);
    last = step;
  });
  copy(last, 0);
}

}  // namespace moduled::nn::recurrent
