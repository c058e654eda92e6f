// The backward pass of a traced forward, as more nodes of the same graph.
//
// The pass goes through the nodes and the boundaries of calls from the last to the first, which is the order in which
// PyTorch's engine runs them: it always takes the node that was made last among those that are ready. Hooks therefore
// fire in PyTorch's order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "nn/graph/graph_builder.h"
#include "nn/modules/backward_spec.h"
#include "nn/modules/call_mark.h"
#include "nn/modules/edit_list.h"
#include "nn/modules/module.h"

namespace moduled::nn {

// One of the tensors of a result, counted in order of a walk; the only one if unset.
absl::StatusOr<Value> OutputTensor(const Symbol& result, std::optional<int32_t> index);

class BackwardPass {
 public:
  // All of them must outlive the pass. The graph is that of a forward with these marks.
  BackwardPass(const Module& root, GraphBuilder& builder, EditList& edits, const std::vector<CallMark>& marks)
      : root_(root), builder_(builder), edits_(edits), marks_(marks) {}

  // Adds the gradients that `spec` asks for, and makes the graph's output a tuple: the forward's output, the loss or
  // None, a tuple of the positional arguments' gradients and a dict of the keyword arguments', each like the argument
  // with None where there is no gradient, and a dict from parameters' names to gradients or None.
  absl::Status Run(const CallSignature& signature, const BackwardSpec& spec, const Symbol& output,
                   const Symbol& objective);

 private:
  // A tensor that gradients are summed for, since nothing has made it: an argument or a parameter.
  struct Leaf {
    Value value;
    std::string path;  // As ModuleCall::path.
    const Parameter* parameter = nullptr;
    size_t first_use = 0;            // The first node through which a gradient comes.
    bool explicitly_wanted = false;  // An argument that was chosen: a gradient must come to it.
  };

  // The steps of Run.
  absl::Status FindArguments(const BackwardSpec& spec);
  absl::Status FindParameters(const BackwardSpec& spec);
  void FindDifferentiable();
  absl::Status Start(const BackwardSpec& spec, const Symbol& output, const Symbol& objective);
  absl::Status StartScalar(const Symbol& objective);
  absl::Status StartSum(const BackwardSpec& spec, const Symbol& output);
  absl::Status StartGiven(const SpecTree& grad_output, const Symbol& output);
  absl::Status StartAt(Value value, Value gradient);
  absl::Status CheckStarted() const;
  void FindFirstUses();
  absl::Status GoBack();
  absl::Status CheckWanted() const;
  Symbol Output(const CallSignature& signature, const BackwardSpec& spec, const Symbol& output,
                const Symbol& objective) const;

  // One step back: through a node, over a boundary, or onto a leaf.
  absl::Status Differentiate(size_t node);
  absl::Status Cross(const CallMark& mark);
  absl::Status EnterFromBehind(const CallMark& mark);
  absl::Status LeaveToTheFront(const CallMark& mark);
  absl::Status FinishLeaf(const Leaf& leaf);

  absl::Status Add(Value value, Value gradient);
  std::optional<Value> GradientOf(Value value) const;
  Symbol GradientsOf(const Symbol& symbol, bool is_module) const;
  // Puts changed gradients in the place of those that the symbols' tensors have.
  void Replace(const std::vector<Symbol>& symbols, const std::vector<Symbol>& gradients);
  // Whether one of the tensors that hooks see gradients of requires grad.
  bool HasDifferentiable(const std::vector<Symbol>& symbols, bool is_module) const;

  const Module& root_;
  GraphBuilder& builder_;
  EditList& edits_;
  const std::vector<CallMark>& marks_;
  size_t forward_nodes_ = 0;
  std::vector<Value> arguments_;  // The tensors of the call's arguments.
  std::vector<Leaf> leaves_;
  std::vector<bool> differentiable_;             // By value of the forward: whether it requires grad.
  std::vector<std::optional<Value>> gradients_;  // By value of the forward: the sum so far.
  absl::flat_hash_map<size_t, std::vector<size_t>> leaves_by_first_use_;
};

}  // namespace moduled::nn
