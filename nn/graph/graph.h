// A traced forward: operators over values of known type and shape, and the module calls they came from.
//
// A Graph is data. GraphBuilder makes it, tracing fills it, a plan is compiled from it; nothing changes it afterwards.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "nn/graph/op.h"
#include "nn/tensor/nested.h"
#include "nn/tensor/tensor.h"

namespace moduled::nn {

// A tensor that a graph computes with: an index into Graph::values.
struct Value {
  int32_t id = -1;
  bool operator==(const Value&) const = default;
};

// What flows between modules while tracing: tensors are symbols, everything else is itself.
using Symbol = Nested<Value>;

// Where a value comes from.
enum class ValueSource : uint8_t { kInput, kConstant, kNode };

struct ValueInfo {
  TensorSpec spec;
  ValueSource source = ValueSource::kInput;
  int32_t index = 0;   // Among the graph's inputs, constants or nodes.
  int32_t output = 0;  // Among the node's outputs.
};

// A tensor that every run shares: a parameter, a buffer, or a literal of the model.
struct Constant {
  Tensor tensor;
  std::string name;  // The state's full path, "" for a literal.
};

// One application of an operator.
struct Node {
  Op op;
  std::vector<Value> inputs;
  std::vector<Value> outputs;
  int32_t call = -1;  // The innermost module call that it belongs to.
};

// One call of one module.
struct ModuleCall {
  std::string path;        // The module's first name: what named_modules calls it.
  std::string called_as;   // The name that it was called by.
  std::string type;        // The class name.
  int32_t call_index = 0;  // How many calls of the same module came before.
  int32_t parent = -1;     // The call that it was made in.
  std::vector<Symbol> inputs;
  std::vector<std::pair<std::string, Symbol>> kwargs;
  Symbol output;

  // "layer1.0.conv1 (Conv2d)", "(ResNet)" for the root: how error texts name the module.
  std::string Where() const;
};

// When a hook sees a module.
enum class HookKind : uint8_t { kForwardPre, kForward };

// A point in the run where hooks of a module fire.
struct HookPoint {
  int32_t call = 0;  // Index into Graph::calls.
  HookKind kind = HookKind::kForward;
  bool operator==(const HookPoint&) const = default;
};

struct Graph {
  std::vector<ValueInfo> values;
  std::vector<Value> inputs;
  std::vector<Constant> constants;
  std::vector<Node> nodes;        // In execution order.
  std::vector<ModuleCall> calls;  // In the order in which they began.
  std::vector<HookPoint> points;  // In PyTorch's firing order.
  Symbol output;

  const TensorSpec& spec(Value value) const { return values[value.id].spec; }
  // The same error with the module in front that the node belongs to.
  absl::Status InModule(const Node& node, const absl::Status& status) const;
};

}  // namespace moduled::nn
