// The graph of a composite: description -> torch.fx.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "moduled/v1/module.pb.h"
#include "nn/modules/graph_module.h"

namespace moduled::nn {

// Checks the nodes by themselves and against each other; whether their targets exist is GraphModule::Check's question.
// Takes the number of nodes and arguments from `budget`.
absl::StatusOr<FxGraph> ReadGraph(const v1::Graph& graph, int64_t& budget);

}  // namespace moduled::nn
