// Where a module's C++ hooks meet the trace: each hook becomes one operator at the boundary of the call.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "nn/graph/graph_builder.h"
#include "nn/modules/arguments.h"
#include "nn/modules/module.h"

namespace moduled::nn {

// In the order of registration, each seeing what the one before left. They may replace tensors, but neither their types
// nor the structure around them: the graph behind the hook is traced for these. The module must outlive the graph.
absl::Status RunForwardPreHooks(GraphBuilder& builder, const Module& module, Arguments& arguments);
// `call` is the index of the module's call.
absl::Status RunForwardHooks(GraphBuilder& builder, int32_t call, const Module& module, const Arguments& arguments,
                             Symbol& output);

// The same for gradients. Where a gradient is None it stays so.
absl::Status RunFullBackwardPreHooks(GraphBuilder& builder, const Module& module, std::vector<Symbol>& grad_output);
absl::Status RunFullBackwardHooks(GraphBuilder& builder, const Module& module, std::vector<Symbol>& grad_input,
                                  const std::vector<Symbol>& grad_output);
absl::Status RunTensorHooks(GraphBuilder& builder, const Parameter& parameter, std::vector<Symbol>& gradient);

}  // namespace moduled::nn
