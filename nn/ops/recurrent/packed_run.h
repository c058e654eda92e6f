// One run over all steps with packed weights, shared by several threads.
//
// The states before a step are where the step before left them, in the rows of y. The threads share out the units, each
// taking the same ones in every step, whose part of the weights stays in its cache; or the sequences, where there are
// enough of them to use a weight several times once it has been loaded, and need not wait for each other.
#pragma once

#include <memory>

#include "nn/ops/kernels/parallel.h"
#include "nn/ops/kernels/step_tasks.h"
#include "nn/ops/recurrent/attrs.h"
#include "nn/ops/recurrent/buffers.h"
#include "nn/ops/recurrent/panels.h"
#include "nn/ops/recurrent/steps.h"

namespace moduled::nn::recurrent {

struct PackedProblem {
  RecurrentAttrs attrs;
  RecurrentSizes sizes;
  PanelLayout hh = {};
  PanelLayout hr = {};  // Where projected.
  std::shared_ptr<const float> w_hh = nullptr;
  std::shared_ptr<const float> w_hr = nullptr;
};

// Whether so many threads share out the sequences, and not the units.
bool RunsRowsApart(const PackedProblem& problem, int threads);

class PackedRun {
 public:
  // All of them outlive it. `unprojected` [batch, hidden]: where projected.
  PackedRun(const PackedProblem& problem, const Buffers<float>& buffers, float* unprojected)
      : p_(problem), b_(buffers), unprojected_(unprojected) {}

  // What one thread does of all steps, `tasks` having a part for each thread. Requires cn that begins as c0, and batch
  // sizes that were checked.
  void Run(kernels::StepTasks& tasks, int thread) const;
  // hn, of y: once all have run. Requires hn that begins as h0.
  void CopyFinalStates() const;

 private:
  void RunSequences(kernels::Part rows) const;
  void RunSteps(kernels::StepTasks& tasks, int thread) const;
  // A step of some rows for the units of a panel, and of the states that it is projected to.
  void RunUnits(const Step& step, int64_t panel, kernels::Part rows) const;
  void Project(const Step& step, int64_t panel, kernels::Part rows) const;

  const PackedProblem& p_;
  const Buffers<float>& b_;
  float* const unprojected_;
};

}  // namespace moduled::nn::recurrent
