// The passes that make a plan out of a graph: what is needed, where it lives, how it is computed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/plan/memory_planner.h"
#include "nn/plan/plan.h"

namespace moduled::nn {

class PlanCompiler {
 public:
  // `graph` has been optimised.
  PlanCompiler(std::shared_ptr<const Graph> graph, PlanOptions options);

  absl::StatusOr<std::shared_ptr<const Plan>> Compile();

 private:
  // The passes, in order. Each reads what the ones before it found.
  void FindRoots();            // Views share the bytes of what they view.
  void FindEscaping();         // Outputs and observed values leave the run.
  void FindLiveNodes();        // Nothing else needs the others.
  void ListSteps();            // Live nodes that compute.
  absl::Status MakeKernels();  // One kernel a step.
  void FindLifetimes();        // First and last step of each root.
  absl::Status PlaceValues();  // Arena offsets and escaping tensors.
  void SchedulePoints();       // When observed points fire.

  absl::Status MakeKernel(Plan::Step& step);
  absl::StatusOr<std::optional<KnownInput>> Known(Value value) const;
  absl::Status Settle(Value value, const KnownInput& known, bool is_read);
  int32_t Root(Value value) const { return roots_[value.id]; }
  bool TryInPlace(const Node& node, size_t input, size_t step);

  const Graph& g_;  // The optimised one, which the plan keeps.
  std::shared_ptr<Plan> plan_;
  std::vector<int32_t> roots_;    // By value: the value whose bytes it is.
  std::vector<bool> escapes_;     // By root.
  std::vector<bool> live_;        // By node.
  std::vector<size_t> made_;      // By root: the step that writes it; kBeforeSteps for inputs and constants.
  std::vector<size_t> last_use_;  // By root: the last step that reads it.
  std::vector<int32_t> storage_;  // By root: the root whose buffer it lives in (in-place operators share one).
};

}  // namespace moduled::nn
