#include "nn/graph/graph.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace moduled::nn {

std::string ModuleCall::Where() const { return absl::StrCat(path, path.empty() ? "(" : " (", type, ")"); }

std::string Graph::WhyUnfired(absl::string_view path, HookKind kind) const {
  const auto has_path = [&](const ModuleCall& call) { return call.path == path; };
  const auto call = std::find_if(calls.begin(), calls.end(), has_path);
  if (IsBackward(kind) && !has_backward) return "only a backward pass fires it";
  if (call == calls.end()) return IsBackward(kind) ? "no gradient reached it" : "the forward did not call it";
  if (!call->output.Is<Value>() && !call->output.Is<Symbol::Tuple>()) {
    return "it returned neither a tensor nor a tuple of tensors, whose gradients could be shown";
  }
  return "no gradient reached it";
}

bool Graph::IsInside(const Node& node, int32_t call) const {
  for (int32_t at = node.call; at >= 0; at = calls[at].parent) {
    if (at == call) return true;
  }
  return false;
}

absl::Status Graph::InModule(const Node& node, const absl::Status& status) const {
  if (node.call < 0) return status;
  return absl::Status(status.code(), absl::StrCat(calls[node.call].Where(), ": ", status.message()));
}

}  // namespace moduled::nn
