#include "nn/description/tree_cost.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nn/description/build_options.h"
#include "nn/modules/graph_module.h"

namespace moduled::nn {

// No sum overflows: every summand was found to be within the bounds, and so is their number.
int64_t TreeCosts::ForwardSteps(const Module& module) const {
  int64_t steps = 1;
  if (const auto* composite = dynamic_cast<const GraphModule*>(&module)) {
    if (!composite->graph().has_value()) return steps;
    for (const FxNode& node : composite->graph()->nodes) {
      ++steps;
      if (node.kind != FxNode::Kind::kCallModule) continue;
      const absl::StatusOr<Module*> child = module.get_submodule(node.target);
      if (child.ok()) steps += Of(**child).steps;
    }
  } else {  // Whatever else has children calls each of them.
    for (const auto& [name, child] : module.children_slots()) {
      if (child != nullptr) steps += Of(*child).steps;
    }
  }
  return steps;
}

absl::Status TreeCosts::Add(const Module& module) {
  TreeCost cost;
  cost.paths = 1 + static_cast<int64_t>(module.parameter_slots().size() + module.buffer_slots().size());
  for (const auto& [name, child] : module.children_slots()) {
    if (child == nullptr) continue;
    if (!costs_.contains(child.get())) {
      if (absl::Status status = Add(*child); !status.ok()) return status;
    }
    cost.paths += Of(*child).paths;
    cost.height = std::max(cost.height, Of(*child).height);
  }
  ++cost.height;
  cost.steps = ForwardSteps(module);
  if (cost.paths > kMaxModules) {
    return absl::InvalidArgumentError(absl::StrCat("children: too many names of modules and state below it (got ",
                                                   cost.paths, ", want at most ", kMaxModules, ")"));
  }
  if (cost.steps > kMaxNodes) {
    return absl::InvalidArgumentError(absl::StrCat("its forward takes too many calls and nodes (got ", cost.steps,
                                                   ", want at most ", kMaxNodes, ")"));
  }
  costs_[&module] = cost;
  return absl::OkStatus();
}

}  // namespace moduled::nn
