// Operators answer what their gradients need behind their results. A run that computes no gradient does not read it,
// and some operators are faster without it.
#include <optional>
#include <utility>

#include "nn/plan/passes/pass.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {

absl::Status DropUnreadOutputs(Rewrite& rewrite, const PlanOptions&) {
  for (size_t at = 0; at < rewrite.size(); ++at) {
    if (!rewrite.alive(at)) continue;
    size_t count = rewrite.node(at).outputs.size();
    while (count > 1 && !rewrite.IsRead(rewrite.node(at).outputs[count - 1])) --count;
    if (count == rewrite.node(at).outputs.size()) continue;
    const std::optional<Op> op = rewrite.node(at).op.WithFirstOutputs(count);
    if (!op.has_value()) continue;
    Node node = rewrite.node(at);
    ASSIGN_OR_RETURN(const std::vector<TensorSpec> out, op->Infer(rewrite.specs(node.inputs)));
    node.op = *op;
    node.outputs.resize(out.size());
    rewrite.Replace(at, std::move(node));
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
