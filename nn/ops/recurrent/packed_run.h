// One run over all steps with packed weights, shared by the threads of a team.
//
// The states before a step are where the step before left them, in the rows of y. Each step is cut into tasks, rows by
// a panel of units; a thread takes the same panels in every step, whose part of the weights stays in its cache.
#pragma once

#include <memory>

#include "nn/ops/kernels/parallel.h"
#include "nn/ops/kernels/step_barrier.h"
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
bool RunsRowsApart(const PackedProblem& problem, int team);

class PackedRun {
 public:
  // Which of a team's threads computes.
  struct Member {
    int thread;
    int team;
    kernels::StepBarrier* barrier;
  };

  // All of them outlive it. `unprojected` [batch, hidden]: where projected.
  PackedRun(const PackedProblem& problem, const Buffers<float>& buffers, float* unprojected)
      : p_(problem), b_(buffers), unprojected_(unprojected) {}

  // One thread's part of all steps; each thread of the team must run its own. Requires cn that begins as c0, and batch
  // sizes that were checked.
  void Run(const Member& member) const;
  // hn, of y: once all have run. Requires hn that begins as h0.
  void CopyFinalStates() const;

 private:
  void RunOwnRows(const Member& member) const;
  void RunOwnUnits(const Member& member) const;
  void RunUnits(const Step& step, int64_t panel, kernels::Part rows) const;
  void Project(const Step& step, int64_t panel, kernels::Part rows) const;

  const PackedProblem& p_;
  const Buffers<float>& b_;
  float* const unprojected_;
};

}  // namespace moduled::nn::recurrent
