#include "nn/modules/edit_list.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/ops/add.h"
#include "nn/ops/clamp.h"
#include "nn/ops/keep_indices.h"
#include "nn/ops/mul.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::Status Misfit(const Edit& edit, absl::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("edit of ", edit.path.empty() ? "the root" : edit.path, ": ", problem));
}

// What Add and Mul take beside the value.
absl::StatusOr<Value> OperandOf(GraphBuilder& builder, const Edit& edit, Value operand, const TensorSpec& spec) {
  if (!edit.operand.has_value()) {
    if (!IsFloatingPoint(spec.dtype) && edit.scalar != std::trunc(edit.scalar)) {
      return Misfit(
          edit, absl::StrCat("result type Float can't be cast to the desired output type ", ScalarName(spec.dtype)));
    }
    ASSIGN_OR_RETURN(Tensor scalar, Convert(Tensor::Scalar<double>(edit.scalar), spec.dtype));
    return builder.AddConstant(std::move(scalar));
  }
  if (edit.operand->dtype == spec.dtype) return operand;
  return Misfit(edit,
                absl::StrCat("wrong element type (got ", Name(edit.operand->dtype), ", want ", Name(spec.dtype), ")"));
}

absl::StatusOr<Value> Replace(GraphBuilder& builder, const Edit& edit, Value operand, const TensorSpec& spec) {
  if (!edit.operand.has_value()) return Misfit(edit, "there is no tensor to replace with");
  if (builder.spec(operand) == spec) return operand;
  return Misfit(edit, absl::StrCat(IsBackward(edit.kind) ? "it has changed the size of value" : "wrong type", " (got ",
                                   builder.spec(operand).ToString(), ", want ", spec.ToString(), ")"));
}

absl::StatusOr<Value> Select(GraphBuilder& builder, const Edit& edit, Value value, const Shape& shape) {
  const auto rank = static_cast<int64_t>(shape.empty() ? 1 : shape.rank());
  const int64_t axis = edit.dim < 0 ? edit.dim + rank : edit.dim;
  if (axis < 0 || axis >= rank) {
    return Misfit(edit, absl::StrCat("Dimension out of range (expected to be in range of [", -rank, ", ", rank - 1,
                                     "], but got ", edit.dim, ")"));
  }
  KeepIndicesOp::Attrs attrs{.axis = axis, .indices = edit.indices};
  for (int64_t& index : attrs.indices) index += index < 0 && !shape.empty() ? shape[axis] : 0;
  return builder.Apply<KeepIndicesOp>(std::move(attrs), {value});
}

}  // namespace

absl::Status EditList::Add(GraphBuilder& builder, const std::vector<Edit>& edits) {
  for (const Edit& edit : edits) {
    Pending pending{edit, Value()};
    if (edit.operand.has_value()) {
      RETURN_IF_ERROR(edit.operand->Check());
      pending.operand = builder.AddInput(*edit.operand);
    }
    edits_.push_back(std::move(pending));
  }
  return absl::OkStatus();
}

absl::Status EditList::CheckLeaves() const {
  for (const Pending& pending : edits_) {
    if (!pending.met || pending.used || !pending.edit.leaf.has_value()) continue;
    return Misfit(pending.edit, absl::StrCat("there is no such tensor in the value (got ", *pending.edit.leaf, ")"));
  }
  return absl::OkStatus();
}

absl::Status EditList::Apply(GraphBuilder& builder, const ModuleCall& call, HookKind kind,
                             std::vector<Symbol>& symbols) {
  if (edits_.empty()) return absl::OkStatus();
  const std::string path = call.path;  // The call moves when the graph grows.
  const int32_t call_index = call.call_index;
  for (Pending& pending : edits_) {
    const Edit& edit = pending.edit;
    if (edit.path != path || edit.kind != kind || edit.call_index.value_or(call_index) != call_index) continue;
    pending.met = true;
    absl::Status status;
    int32_t leaf = 0;
    for (Symbol& symbol : symbols) {
      symbol = MapLeaves<Value>(symbol, [&](Value value) {
        const int32_t this_leaf = leaf++;
        if (!status.ok() || edit.leaf.value_or(this_leaf) != this_leaf) return value;
        absl::StatusOr<Value> edited = ApplyTo(builder, pending, value);
        if (!edited.ok()) status = edited.status();
        return edited.value_or(value);
      });
    }
    RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

absl::StatusOr<Value> EditList::ApplyTo(GraphBuilder& builder, Pending& pending, Value value) {
  const Edit& edit = pending.edit;
  const TensorSpec spec = builder.spec(value);
  pending.used = true;
  const auto combined = [&](absl::StatusOr<Value> result) -> absl::StatusOr<Value> {
    RETURN_IF_ERROR(result.status());
    if (builder.spec(*result) == spec) return result;
    return Misfit(edit, absl::StrCat("output with shape ", spec.shape.ToString(), " doesn't match the broadcast shape ",
                                     builder.spec(*result).shape.ToString()));
  };
  switch (edit.action) {
    case Edit::Action::kReplace:
      return Replace(builder, edit, pending.operand, spec);
    case Edit::Action::kScale: {
      ASSIGN_OR_RETURN(const Value factor, OperandOf(builder, edit, pending.operand, spec));
      return combined(builder.Apply<MulOp>({}, {value, factor}));
    }
    case Edit::Action::kAdd: {
      ASSIGN_OR_RETURN(const Value summand, OperandOf(builder, edit, pending.operand, spec));
      return combined(builder.Apply<AddOp>({}, {value, summand}));
    }
    case Edit::Action::kZero: {
      // Not times zero: that would keep NaN and infinities.
      ASSIGN_OR_RETURN(Tensor zeros, Tensor::Zeros(spec));
      return builder.AddConstant(std::move(zeros));
    }
    case Edit::Action::kClamp:
      return builder.Apply<ClampOp>({edit.min, edit.max}, {value});
    case Edit::Action::kSelect:
      return Select(builder, edit, value, spec.shape);
  }
  return Misfit(edit, "an action that does not exist");
}

}  // namespace moduled::nn
