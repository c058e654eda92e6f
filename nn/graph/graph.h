// A traced forward: operators over values of known type and shape, and the module calls they came from.
//
// A Graph is data. GraphBuilder makes it, tracing fills it, a plan is compiled from it; nothing changes it afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nn/graph/known_input.h"
#include "nn/graph/op.h"
#include "nn/tensor/datum.h"
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
  // In graphs that were rewritten: how to make the tensor, which is not there.
  std::shared_ptr<const Recipe> recipe = nullptr;
};

// One application of an operator.
struct Node {
  Op op;
  std::vector<Value> inputs;
  std::vector<Value> outputs;
  int32_t call = -1;  // The innermost module call that it belongs to.
  // For listings of plans.
  std::vector<std::string> absorbed = {};  // The operators that it computes too, by name, in their order.
  bool channels_last = false;              // Its images are [N, H, W, C].
};

// One call of one module, or of one function node of a composite's graph. Tensor hooks on parameters and on the graph's
// inputs have an entry too, so that all hooks see the same kind of thing.
struct ModuleCall {
  enum class Subject : uint8_t { kModule, kFunction, kLeaf };

  std::string path;        // The module's first name: what named_modules calls it; "path:node" for a function.
  std::string called_as;   // The name that it was called by.
  std::string type;        // The class name; the name of a function.
  int32_t call_index = 0;  // How many calls of the same module came before.
  int32_t parent = -1;     // The call that it was made in.
  Subject subject = Subject::kModule;
  std::vector<Symbol> inputs;
  std::vector<std::pair<std::string, Symbol>> kwargs;
  Symbol output;

  // In graphs with a backward pass that reaches the call: the gradients, as torch's hooks see them, None where there
  // are none. One for each positional argument, and one for each element of a tuple that was returned.
  std::vector<Symbol> grad_inputs;
  std::vector<Symbol> grad_outputs;
  std::vector<Symbol> tensor_grads;  // What tensor hooks on the output see: before the other hooks change it.

  // "layer1.0.conv1 (Conv2d)", "(ResNet)" for the root: how error texts name the module.
  std::string Where() const;
};

// When a hook sees a module.
enum class HookKind : uint8_t { kForwardPre, kForward, kFullBackwardPre, kFullBackward, kTensorGrad };

inline bool IsBackward(HookKind kind) { return kind >= HookKind::kFullBackwardPre; }

// A point in the run where hooks of a module fire.
struct HookPoint {
  int32_t call = 0;  // Index into Graph::calls.
  HookKind kind = HookKind::kForward;
  bool operator==(const HookPoint&) const = default;
};

// What is called when a run fails inside a call of a module, before the node that would have called it.
struct FailureHook {
  int32_t call = 0;                          // Index into Graph::calls.
  size_t node = 0;                           // Index into Graph::nodes.
  std::function<void(const CallData&)> run;  // May throw.
};

struct Graph {
  std::vector<ValueInfo> values;
  std::vector<Value> inputs;
  std::vector<Constant> constants;
  std::vector<Node> nodes;                 // In execution order.
  std::vector<ModuleCall> calls;           // In the order in which they began.
  std::vector<HookPoint> points;           // In PyTorch's firing order.
  bool has_backward = false;               // Whether a backward pass follows the forward.
  std::vector<FailureHook> failure_hooks;  // In the order in which their calls end.
  Symbol output;

  const TensorSpec& spec(Value value) const { return values[value.id].spec; }
  // What the hooks of a point see: visit(const Symbol&) for each argument, result or gradient.
  template <class Visit>
  void ForEachSeen(const HookPoint& point, Visit visit) const;
  // Why hooks of a path, as ModuleCall::path, have no point of this kind.
  std::string WhyUnfired(absl::string_view path, HookKind kind) const;
  // Whether a node belongs to a call or to one inside it.
  bool IsInside(const Node& node, int32_t call) const;
  // The same error with the module in front that the node belongs to.
  absl::Status InModule(const Node& node, const absl::Status& status) const;
};

template <class Visit>
void Graph::ForEachSeen(const HookPoint& point, Visit visit) const {
  const ModuleCall& call = calls[point.call];
  const auto visit_all = [&](const std::vector<Symbol>& symbols) {
    for (const Symbol& symbol : symbols) visit(symbol);
  };
  switch (point.kind) {
    case HookKind::kForward:
      visit(call.output);
      [[fallthrough]];
    case HookKind::kForwardPre:
      visit_all(call.inputs);
      for (const auto& [name, input] : call.kwargs) visit(input);
      break;
    case HookKind::kFullBackward:
      visit_all(call.grad_inputs);
      [[fallthrough]];
    case HookKind::kFullBackwardPre:
      visit_all(call.grad_outputs);
      break;
    case HookKind::kTensorGrad:
      visit_all(call.tensor_grads);
      break;
  }
}

}  // namespace moduled::nn
