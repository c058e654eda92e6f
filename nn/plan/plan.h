// A graph made ready to run: kernels chosen, constants packed, every buffer placed in one arena.
//
// A plan is immutable and may run on any number of threads at once, each with a Workspace of its own. Running looks
// nothing up by name and takes no locks; it allocates only what leaves it (outputs and observed values).
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "nn/graph/graph.h"
#include "nn/plan/observer.h"
#include "nn/plan/run_control.h"
#include "nn/plan/workspace.h"
#include "nn/tensor/datum.h"

namespace moduled::nn {

struct PlanOptions {
  int threads = 1;
  Precision precision = Precision::kDefault;
  // The points whose values must leave the run, in the order of Graph::points.
  std::vector<HookPoint> observed = {};
  // Shared by the plans of a model; must outlive the compilation only.
  PackCache* packs = nullptr;
  // Shared by all models; null: nothing is measured.
  AlgorithmCache* algorithms = nullptr;
  // Passes of the optimiser that are left out, by name: for finding out what each does.
  std::vector<std::string> disabled_passes = {};
};

// One step of a plan, for people who want to know where the time goes.
struct PlanStep {
  std::string op;
  std::vector<std::string> absorbed;  // The operators that it computes too.
  std::string algorithm;
  std::string path;  // Of the module that it belongs to.
  bool channels_last = false;
  std::vector<TensorSpec> outputs;
  size_t scratch_bytes = 0;
};

class Plan {
 public:
  // Nodes that neither the output nor an observed point needs are left out.
  static absl::StatusOr<std::shared_ptr<const Plan>> Compile(std::shared_ptr<const Graph> graph, PlanOptions options);

  // Runs for inputs of the graph's types, in the order of Graph::inputs and flat. The observer, if any, is called on
  // this thread for each observed point, in firing order, as soon as its values exist.
  absl::StatusOr<Datum> Execute(absl::Span<const Tensor> inputs, Workspace& workspace, const RunControl& control = {},
                                Observer* observer = nullptr) const;

  const Graph& graph() const { return *graph_; }
  size_t arena_bytes() const { return arena_bytes_; }
  // Bytes that one run hands out: outputs and observed values.
  size_t escaping_bytes() const { return escaping_bytes_; }
  std::vector<PlanStep> Steps() const;
  // The median of each step's times over `runs` runs, in the order of Steps.
  absl::StatusOr<std::vector<std::chrono::nanoseconds>> Time(absl::Span<const Tensor> inputs, Workspace& workspace,
                                                             int runs, const RunControl& control = {}) const;
  // One line a step: operator, algorithm, module, output types.
  std::string ToString() const;

 private:
  friend class PlanCompiler;

  // Where a value's bytes are during a run. A view is in the place of what it is a view of.
  struct Place {
    enum class Kind : uint8_t { kUnused, kInput, kConstant, kArena, kEscaping };
    Kind kind = Kind::kUnused;
    size_t index = 0;  // Of the input, constant or escaping tensor; the offset in the arena.
    bool operator==(const Place&) const = default;
  };
  class Execution;
  struct Step {
    std::unique_ptr<Kernel> kernel;
    int32_t node = 0;
    std::vector<Place> inputs;
    std::vector<Place> outputs;
    size_t scratch_offset = 0;
    size_t end_point = 0;  // Observed points before this index can fire once the step is done.
  };

  std::shared_ptr<const Graph> graph_;
  PlanOptions options_;
  std::vector<Step> steps_;
  std::vector<Place> places_;         // By value.
  std::vector<Tensor> constants_;     // The graph's; empty where no step reads what a recipe makes.
  std::vector<TensorSpec> escaping_;  // The tensors that a run hands out.
  size_t points_before_steps_ = 0;    // Observed points that fire before the first step.
  size_t arena_bytes_ = 0;
  size_t escaping_bytes_ = 0;
};

}  // namespace moduled::nn
