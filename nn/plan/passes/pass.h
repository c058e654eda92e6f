// The passes of the optimiser: each rewrites one thing, has a name, and can be switched off by it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/plan/passes/rewrite.h"
#include "nn/plan/plan.h"

namespace moduled::nn {

struct Pass {
  absl::string_view name;
  absl::string_view summary;
  absl::Status (*run)(Rewrite& rewrite, const PlanOptions& options);
};

// In the order in which they run.
absl::Span<const Pass> AllPasses();

// The graph that computes the same as `graph` in fewer and faster steps. `kept`, by value: what leaves the run.
// INVALID_ARGUMENT if options.disabled_passes names a pass that does not exist.
absl::StatusOr<Graph> Optimise(const Graph& graph, std::vector<bool> kept, const PlanOptions& options);

// The passes, one file each.
absl::Status FoldConstants(Rewrite& rewrite, const PlanOptions& options);
absl::Status FoldBatchNorms(Rewrite& rewrite, const PlanOptions& options);
absl::Status PutChannelsLast(Rewrite& rewrite, const PlanOptions& options);
absl::Status DropUnreadOutputs(Rewrite& rewrite, const PlanOptions& options);
absl::Status FuseEpilogues(Rewrite& rewrite, const PlanOptions& options);

}  // namespace moduled::nn
