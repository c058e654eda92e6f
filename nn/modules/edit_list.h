// A request's edits, as operators at the boundaries of calls.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "nn/graph/graph_builder.h"
#include "nn/modules/edit.h"

namespace moduled::nn {

class EditList {
 public:
  // The operands of the edits become inputs of the graph, in their order.
  absl::Status Add(GraphBuilder& builder, const std::vector<Edit>& edits);

  bool empty() const { return edits_.empty(); }

  // Applies the edits of this kind that mean the call to the tensors of `symbols`.
  absl::Status Apply(GraphBuilder& builder, const ModuleCall& call, HookKind kind, std::vector<Symbol>& symbols);

  // INVALID_ARGUMENT if no value that an edit met has the tensor that it means. One that met no value is no error: its
  // hook did not fire.
  absl::Status CheckLeaves() const;

 private:
  struct Pending {
    Edit edit;
    Value operand;
    bool met = false;   // A value.
    bool used = false;  // A tensor of it.
  };
  static absl::StatusOr<Value> ApplyTo(GraphBuilder& builder, Pending& pending, Value value);

  std::vector<Pending> edits_;
};

}  // namespace moduled::nn
