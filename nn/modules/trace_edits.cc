// A request's edits, as operators at a module's boundary.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/modules/trace.h"
#include "nn/ops/add.h"
#include "nn/ops/clamp.h"
#include "nn/ops/mul.h"
#include "nn/tensor/convert.h"
#include "nn/tensor/status_macros.h"

namespace moduled::nn {
namespace {

absl::StatusOr<Tensor> ScalarOf(double value, DType dtype) { return Convert(Tensor::Scalar<double>(value), dtype); }

absl::Status Misfit(const Edit& edit, absl::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("edit of ", edit.path.empty() ? "the root" : edit.path, ": ", problem));
}

}  // namespace

absl::Status Trace::AddEdits(const std::vector<Edit>& edits) {
  for (const Edit& edit : edits) {
    PendingEdit pending{edit, Value(), false};
    if (edit.action == Edit::Action::kReplace) {
      if (!edit.replacement.has_value()) return Misfit(edit, "there is no tensor to replace with");
      pending.replacement = builder_.AddInput(*edit.replacement);
    }
    edits_.push_back(std::move(pending));
  }
  return absl::OkStatus();
}

absl::Status Trace::CheckEditsWereUsed() const {
  for (const PendingEdit& pending : edits_) {
    if (!pending.used) return Misfit(pending.edit, "forward does not reach it");
  }
  return absl::OkStatus();
}

absl::Status Trace::ApplyEdits(int32_t call, HookKind kind, std::vector<Symbol>& symbols) {
  if (edits_.empty()) return absl::OkStatus();
  const std::string path = builder_.graph().calls[call].path;
  const int32_t call_index = builder_.graph().calls[call].call_index;
  for (PendingEdit& pending : edits_) {
    const Edit& edit = pending.edit;
    if (edit.path != path || edit.kind != kind || edit.call_index.value_or(call_index) != call_index) continue;
    absl::Status status;
    int32_t leaf = 0;
    for (Symbol& symbol : symbols) {
      symbol = MapLeaves<Value>(symbol, [&](Value value) {
        const int32_t this_leaf = leaf++;
        if (!status.ok() || edit.leaf.value_or(this_leaf) != this_leaf) return value;
        absl::StatusOr<Value> edited = ApplyEdit(pending, value);
        if (!edited.ok()) status = edited.status();
        return edited.value_or(value);
      });
    }
    RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

absl::StatusOr<Value> Trace::ApplyEdit(PendingEdit& pending, Value value) {
  const Edit& edit = pending.edit;
  const TensorSpec spec = builder_.spec(value);
  pending.used = true;
  const auto with_scalar = [&](double scalar) -> absl::StatusOr<Value> {
    ASSIGN_OR_RETURN(Tensor tensor, ScalarOf(scalar, spec.dtype));
    return builder_.AddConstant(std::move(tensor));
  };
  switch (edit.action) {
    case Edit::Action::kReplace:
      if (spec == builder_.spec(pending.replacement)) return pending.replacement;
      return Misfit(edit, absl::StrCat("wrong type (got ", builder_.spec(pending.replacement).ToString(), ", want ",
                                       spec.ToString(), ")"));
    case Edit::Action::kScale: {
      ASSIGN_OR_RETURN(const Value scalar, with_scalar(edit.scalar));
      return builder_.Apply<MulOp>({}, {value, scalar});
    }
    case Edit::Action::kAdd: {
      ASSIGN_OR_RETURN(const Value scalar, with_scalar(edit.scalar));
      return builder_.Apply<AddOp>({}, {value, scalar});
    }
    case Edit::Action::kZero: {
      // Not times zero: that would keep NaN and infinities.
      ASSIGN_OR_RETURN(Tensor zeros, Tensor::Zeros(spec));
      return builder_.AddConstant(std::move(zeros));
    }
    case Edit::Action::kClamp:
      return builder_.Apply<ClampOp>({edit.min, edit.max}, {value});
  }
  return Misfit(edit, "an action that does not exist");
}

}  // namespace moduled::nn
