// torch.fx's GraphModule: a module whose forward is a graph over its direct children.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nn/modules/function.h"
#include "nn/modules/module.h"

namespace moduled::nn {

// The result of an earlier node: an index into FxGraph::nodes.
struct NodeRef {
  int32_t index = -1;
  bool operator==(const NodeRef&) const = default;
};
using FxArgument = Nested<NodeRef>;

struct FxNode {
  enum class Kind : uint8_t { kPlaceholder, kGetAttr, kCallModule, kCallFunction, kOutput };

  Kind kind = Kind::kOutput;
  std::string name;
  std::string target;                  // Placeholder: the argument; get_attr, call_module: a dotted path.
  const Function* function = nullptr;  // call_function.
  std::vector<FxArgument> args;        // Placeholder: the default, if it has one. Output: the result.
  std::vector<std::pair<std::string, FxArgument>> kwargs;
};

// Nodes in execution order; the last one is the output.
struct FxGraph {
  std::vector<FxNode> nodes;
};

class GraphModule final : public Module {
 public:
  // Without a graph the module can be looked into and not called.
  GraphModule(std::string type, std::optional<FxGraph> graph) : Module(std::move(type)), graph_(std::move(graph)) {}

  absl::StatusOr<Symbol> Forward(Trace& trace, const Arguments& arguments) const override;
  bool has_forward() const override { return graph_.has_value(); }
  const std::optional<FxGraph>& graph() const { return graph_; }

  // After children, parameters and buffers are registered: every get_attr and call_module must find its target, and
  // every node must use earlier nodes only. The error names the node.
  absl::Status Check() const;

 private:
  std::optional<FxGraph> graph_;
};

}  // namespace moduled::nn
