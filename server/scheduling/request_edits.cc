#include "server/scheduling/request_edits.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "server/hooks/hook_kind.h"

namespace moduled::server {
namespace {

// Of one request: each is an operator or more of its graph.
constexpr size_t kMaxEdits = 4096;

// Fills in the action. std::visit picks the function.
struct ActionOf {
  nn::Edit& edit;
  std::optional<nn::Tensor>& operand;

  void operator()(const contract::Edit::Replace& replace) const {
    edit.action = nn::Edit::Action::kReplace;
    operand = replace.tensor;
  }
  void operator()(const contract::Edit::Scale& scale) const {
    edit.action = nn::Edit::Action::kScale;
    Take(scale.factor);
  }
  void operator()(const contract::Edit::Add& add) const {
    edit.action = nn::Edit::Action::kAdd;
    Take(add.summand);
  }
  void operator()(const contract::Edit::Zero&) const { edit.action = nn::Edit::Action::kZero; }
  void operator()(const contract::Edit::Clamp& clamp) const {
    edit.action = nn::Edit::Action::kClamp;
    edit.min = clamp.min;
    edit.max = clamp.max;
  }
  void operator()(const contract::Edit::Select& select) const {
    edit.action = nn::Edit::Action::kSelect;
    edit.dim = select.dim;
    edit.indices = select.indices;
  }

  void Take(const contract::Edit::Operand& from) const {
    if (const auto* tensor = std::get_if<nn::Tensor>(&from.value)) {
      operand = *tensor;
    } else {
      edit.scalar = std::get<double>(from.value);
    }
  }
};

absl::Status Check(const contract::Hook& hook, size_t index) {
  constexpr uint32_t kMost = std::numeric_limits<int32_t>::max();
  for (size_t i = 0; i < hook.edits.size(); ++i) {
    const contract::Edit& edit = hook.edits[i];
    const std::string field = absl::StrCat("hooks[", index, "].edits[", i, "]");
    const auto* clamp = std::get_if<contract::Edit::Clamp>(&edit.action);
    if (clamp != nullptr && !clamp->min.has_value() && !clamp->max.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat(field, ".clamp: torch.clamp: At least one of 'min' or 'max' must not be None"));
    }
    if (edit.leaf.value_or(0) > kMost) {
      return absl::InvalidArgumentError(
          absl::StrCat(field, ".leaf: no value has so many tensors (got ", *edit.leaf, ")"));
    }
  }
  if (hook.call_index.value_or(0) > kMost && !hook.edits.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("hooks[", index, "].call_index: nothing is called so often (got ", *hook.call_index, ")"));
  }
  return absl::OkStatus();
}

void Append(const contract::Hook& hook, const std::string& path, RequestEdits& edits) {
  for (const contract::Edit& from : hook.edits) {
    nn::Edit& edit = edits.edits.emplace_back();
    edit.path = path;
    edit.kind = EngineKind(hook.kind);
    if (hook.call_index.has_value()) edit.call_index = static_cast<int32_t>(*hook.call_index);
    if (from.leaf.has_value()) edit.leaf = static_cast<int32_t>(*from.leaf);
    std::optional<nn::Tensor> operand;
    std::visit(ActionOf{edit, operand}, from.action);
    if (!operand.has_value()) continue;
    edit.operand = operand->spec();
    edits.operands.push_back(*std::move(operand));
  }
}

}  // namespace

absl::StatusOr<RequestEdits> EditsOf(const std::vector<HookSelector>& selectors, const HookSet& hooks,
                                     const HookTargets& targets, const InputNames& inputs, bool has_backward) {
  RequestEdits edits;
  for (size_t i = 0; i < selectors.size(); ++i) {
    const contract::Hook& hook = selectors[i].hook();
    if (hook.edits.empty()) continue;
    RETURN_IF_ERROR(Check(hook, i));
    if (contract::IsBackward(hook.kind) && !has_backward) continue;
    for (const size_t place : hooks.selected()[i]) {
      if (edits.edits.size() + hook.edits.size() > kMaxEdits) {
        return absl::InvalidArgumentError(
            absl::StrCat("hooks: too many edits of too many modules (want at most ", kMaxEdits, " in all)"));
      }
      const std::string& path = targets.targets()[place].path;
      Append(hook, hook.kind == contract::HookKind::kTensorGrad ? inputs.ToEngine(path) : path, edits);
    }
  }
  return edits;
}

}  // namespace moduled::server
