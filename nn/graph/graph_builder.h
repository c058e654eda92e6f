// Builds a Graph, one checked operator at a time.
#pragma once

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "nn/graph/graph.h"

namespace moduled::nn {

class GraphBuilder {
 public:
  Value AddInput(TensorSpec spec);

  // The same tensor (same bytes, same type) is added once.
  Value AddConstant(Tensor tensor, std::string name = "");

  // Infers the outputs' types; INVALID_ARGUMENT, in torch's words where torch has some, if the inputs do not fit.
  absl::StatusOr<std::vector<Value>> Apply(Op op, absl::Span<const Value> inputs);

  // The same for operators with one output.
  template <Operator T>
  absl::StatusOr<Value> Apply(typename T::Attrs attrs, absl::Span<const Value> inputs) {
    absl::StatusOr<std::vector<Value>> outputs = Apply(Op::Of<T>(std::move(attrs)), inputs);
    if (!outputs.ok()) return outputs.status();
    return outputs->front();
  }

  const TensorSpec& spec(Value value) const { return graph_.spec(value); }
  Graph& graph() { return graph_; }
  const Graph& graph() const { return graph_; }

  // The call that nodes are attributed to from now on.
  void set_current_call(int32_t call) { current_call_ = call; }
  int32_t current_call() const { return current_call_; }

 private:
  Value AddValue(TensorSpec spec, ValueSource source, size_t index, size_t output);

  Graph graph_;
  int32_t current_call_ = -1;
  absl::flat_hash_map<const void*, std::vector<Value>> constants_by_data_;
};

}  // namespace moduled::nn
