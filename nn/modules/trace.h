// Running a module's forward once on symbols, to record the graph that plans are compiled from.
//
// The trace marks where each module call begins and ends, and puts the module's C++ hooks and the request's edits at
// that boundary. Ints, shapes and other Python values are computed while tracing; only tensors are symbols.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "nn/graph/graph_builder.h"
#include "nn/modules/arguments.h"
#include "nn/modules/backward_spec.h"
#include "nn/modules/call_mark.h"
#include "nn/modules/call_signature.h"
#include "nn/modules/edit_list.h"
#include "nn/modules/extent.h"
#include "nn/modules/function.h"
#include "nn/modules/module.h"

namespace moduled::nn {

class Trace {
 public:
  // Traces root.Forward for arguments of these types. The graph's inputs are the tensors of `signature` in order of a
  // walk through it, followed by the tensors of the edits. Errors carry the path of the module that failed in front.
  static absl::StatusOr<Graph> Run(const Module& root, const CallSignature& signature,
                                   const std::vector<Edit>& edits = {});

  // The same for those who look and do not run: `graph` is what was traced, up to the error if there is one.
  static absl::Status Explore(const Module& root, const CallSignature& signature, Graph& graph);

  // The same with a backward pass behind it. Its output is BackwardPass::Run's. Further inputs are the tensors of
  // spec.targets, or the gradients of outputs.
  static absl::StatusOr<Graph> RunBackward(const Module& root, const CallSignature& signature,
                                           const std::vector<Edit>& edits, const BackwardSpec& spec);

  // Calls a module: hooks, edits, forward, in torch's order. `name` is what the caller's scope calls the module.
  absl::StatusOr<Symbol> Call(absl::string_view name, const Module& module, Arguments arguments);

  // Calls the function of a node of the module that is being called.
  absl::StatusOr<Symbol> CallFunction(absl::string_view node, const Function& function, Arguments arguments);

  // Applies an operator with one output.
  template <Operator T>
  absl::StatusOr<Value> Apply(typename T::Attrs attrs, std::initializer_list<Value> inputs) {
    return builder_.Apply<T>(std::move(attrs), inputs);
  }
  template <Operator T>
  absl::StatusOr<Value> Apply(typename T::Attrs attrs, absl::Span<const Value> inputs) {
    return builder_.Apply<T>(std::move(attrs), inputs);
  }
  absl::StatusOr<std::vector<Value>> Apply(Op op, absl::Span<const Value> inputs) {
    return builder_.Apply(std::move(op), inputs);
  }

  // A parameter, buffer or literal as a value. The same tensor is the same value.
  Value Use(const Parameter& parameter) { return Constant(parameter.data); }
  Value Use(const Buffer& buffer) { return Constant(buffer.data); }
  Value Constant(Tensor tensor);

  // Counts a value that a forward is about to build. INVALID_ARGUMENT when it is nested too deep, or when all of them
  // together are too large.
  absl::Status Book(const Extent& extent);

  // By value: what the builder holds moves when an operator is applied.
  TensorSpec spec(Value value) const { return builder_.spec(value); }

 private:
  explicit Trace(const Module& root);

  absl::StatusOr<Symbol> CallRoot(const CallSignature& signature, const std::vector<Edit>& edits);
  absl::StatusOr<Symbol> CallLoss(const BackwardSpec& spec, const Symbol& output);

  // The steps of Call.
  absl::Status BookAll(const Arguments& arguments);
  int32_t BeginCall(absl::string_view name, const Module& module);
  absl::StatusOr<Symbol> CallInside(int32_t call, const Module& module, Arguments arguments);
  // What calls of modules and functions (no module) have before and after them.
  absl::Status Enter(int32_t call, const Module* module, Arguments& arguments);
  absl::Status Leave(int32_t call, const Module* module, Symbol& output);

  const Module& root_;
  GraphBuilder builder_;
  int64_t items_left_ = kMaxTracedItems;
  absl::flat_hash_map<const Module*, std::string> first_names_;
  absl::flat_hash_map<const void*, std::string> state_names_;
  absl::flat_hash_map<const Module*, int32_t> call_counts_;
  absl::flat_hash_map<std::string, int32_t> function_counts_;  // By path.
  EditList edits_;
  // With a backward pass: the boundaries of the calls, in the order in which they were crossed.
  bool differentiates_ = false;
  std::vector<CallMark> marks_;
};

}  // namespace moduled::nn
