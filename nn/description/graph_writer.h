// The graph of a composite: torch.fx -> description.
#pragma once

#include "moduled/v1/module.pb.h"
#include "nn/modules/graph_module.h"

namespace moduled::nn {

void WriteGraph(const FxGraph& fx, v1::Graph& graph);

}  // namespace moduled::nn
