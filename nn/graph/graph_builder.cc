#include "nn/graph/graph_builder.h"

#include <utility>

#include "nn/tensor/status_macros.h"

namespace moduled::nn {

Value GraphBuilder::AddValue(TensorSpec spec, ValueSource source, size_t index, size_t output) {
  graph_.values.push_back({std::move(spec), source, static_cast<int32_t>(index), static_cast<int32_t>(output)});
  return {static_cast<int32_t>(graph_.values.size() - 1)};
}

Value GraphBuilder::AddInput(TensorSpec spec) {
  const Value value = AddValue(std::move(spec), ValueSource::kInput, graph_.inputs.size(), 0);
  graph_.inputs.push_back(value);
  return value;
}

Value GraphBuilder::AddConstant(Tensor tensor, std::string name) {
  std::vector<Value>& same_data = constants_by_data_[tensor.data()];
  for (Value value : same_data) {
    if (graph_.spec(value) == tensor.spec()) return value;
  }
  const Value value = AddValue(tensor.spec(), ValueSource::kConstant, graph_.constants.size(), 0);
  same_data.push_back(value);
  graph_.constants.push_back({std::move(tensor), std::move(name)});
  return value;
}

absl::StatusOr<std::vector<Value>> GraphBuilder::Apply(Op op, absl::Span<const Value> inputs) {
  std::vector<TensorSpec> specs;
  specs.reserve(inputs.size());
  for (Value input : inputs) specs.push_back(graph_.spec(input));
  ASSIGN_OR_RETURN(std::vector<TensorSpec> out, op.Infer(specs));
  for (const TensorSpec& spec : out) RETURN_IF_ERROR(spec.Check());

  Node node{std::move(op), {inputs.begin(), inputs.end()}, {}, current_call_};
  for (size_t i = 0; i < out.size(); ++i) {
    node.outputs.push_back(AddValue(std::move(out[i]), ValueSource::kNode, graph_.nodes.size(), i));
  }
  graph_.nodes.push_back(std::move(node));
  return graph_.nodes.back().outputs;
}

}  // namespace moduled::nn
