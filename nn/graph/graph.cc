#include "nn/graph/graph.h"

#include "absl/strings/str_cat.h"

namespace moduled::nn {

std::string ModuleCall::Where() const { return absl::StrCat(path, path.empty() ? "(" : " (", type, ")"); }

absl::Status Graph::InModule(const Node& node, const absl::Status& status) const {
  if (node.call < 0) return status;
  return absl::Status(status.code(), absl::StrCat(calls[node.call].Where(), ": ", status.message()));
}

}  // namespace moduled::nn
