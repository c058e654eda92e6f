// Sums and activations that are applied to a result where it is written, rather than in a pass over memory of their
// own.
#include <algorithm>
#include <optional>

#include "nn/ops/add.h"
#include "nn/plan/passes/pass.h"

namespace moduled::nn {
namespace {

std::vector<std::string> Absorbed(const Node& node, const Node& next) {
  std::vector<std::string> absorbed = node.absorbed;
  absorbed.emplace_back(next.op.name());
  return absorbed;
}

// add(a, b) where one of them is made by an operator that can add the other: the operator, with that input behind its
// own, takes the place of the sum.
std::optional<Node> WithSum(Rewrite& rewrite, size_t at, size_t operand) {
  const Node& sum = rewrite.node(at);
  const Value made = sum.inputs[operand];
  const Value other = sum.inputs[1 - operand];
  if (rewrite.spec(made).dtype != DType::kFloat32) return std::nullopt;
  const std::optional<size_t> producer = rewrite.Producer(made);
  if (!producer.has_value() || rewrite.OnlyReader(made) != at) return std::nullopt;
  const Node& node = rewrite.node(*producer);
  if (node.outputs.size() != 1 || rewrite.spec(made) != rewrite.spec(other)) return std::nullopt;
  const std::optional<Op> fused = node.op.WithResidual();
  if (!fused.has_value()) return std::nullopt;
  std::vector<Value> inputs = node.inputs;
  inputs.push_back(other);
  return Node{*fused, std::move(inputs), sum.outputs, node.call, Absorbed(node, sum), node.channels_last};
}

// An activation of what an operator makes that can apply it.
std::optional<Node> WithFunction(Rewrite& rewrite, size_t at) {
  const Node& function = rewrite.node(at);
  const std::optional<Pointwise> pointwise = function.op.AsPointwise();
  if (!pointwise.has_value() || rewrite.spec(function.inputs[0]).dtype != DType::kFloat32) return std::nullopt;
  const std::optional<size_t> producer = rewrite.Producer(function.inputs[0]);
  if (!producer.has_value() || rewrite.OnlyReader(function.inputs[0]) != at) return std::nullopt;
  const Node& node = rewrite.node(*producer);
  const std::optional<Op> fused = node.outputs.size() == 1 ? node.op.WithPointwise(*pointwise) : std::nullopt;
  if (!fused.has_value()) return std::nullopt;
  return Node{*fused, node.inputs, function.outputs, node.call, Absorbed(node, function), node.channels_last};
}

}  // namespace

absl::Status FuseEpilogues(Rewrite& rewrite, const PlanOptions&) {
  for (size_t at = 0; at < rewrite.size(); ++at) {
    if (!rewrite.alive(at)) continue;
    std::optional<Node> fused = WithFunction(rewrite, at);
    size_t producer = fused.has_value() ? *rewrite.Producer(rewrite.node(at).inputs[0]) : 0;
    if (!fused.has_value() && rewrite.node(at).op.As<AddOp>() != nullptr) {
      // The later of the two is computed when the other is there in any case.
      const std::vector<Value> operands = rewrite.node(at).inputs;
      const auto made = [&](size_t i) { return rewrite.Producer(operands[i]).value_or(0); };
      const size_t later = made(1) > made(0) ? 1 : 0;
      for (const size_t operand : {later, 1 - later}) {
        fused = WithSum(rewrite, at, operand);
        producer = made(operand);
        if (fused.has_value()) break;
      }
    }
    if (!fused.has_value()) continue;
    rewrite.Remove(producer);
    rewrite.Replace(at, *std::move(fused));
  }
  return absl::OkStatus();
}

}  // namespace moduled::nn
