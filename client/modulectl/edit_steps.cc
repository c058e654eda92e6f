#include "client/modulectl/edit_steps.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/modulectl/tensor_file.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

using contract::Edit;

absl::StatusOr<nn::Tensor> ReadTensor(const Step& step) {
  ASSIGN_OR_RETURN(const NamedTensors tensors, ReadTensors(std::string(step.value)));
  if (tensors.size() == 1) return tensors[0].second;
  return step.Invalid(absl::StrCat("the file must hold one tensor (it has ", tensors.size(), ")"));
}

// A number, or else the name of a file.
absl::StatusOr<Edit::Operand> ParseOperand(const Step& step) {
  double scalar = 0;
  if (absl::SimpleAtod(step.value, &scalar)) return Edit::Operand{scalar};
  ASSIGN_OR_RETURN(nn::Tensor tensor, ReadTensor(step));
  return Edit::Operand{std::move(tensor)};
}

template <class Action>
absl::Status AddArithmetic(const Step& step, contract::Hook& hook) {
  ASSIGN_OR_RETURN(Edit::Operand operand, ParseOperand(step));
  hook.edits.push_back({.action = Action{std::move(operand)}});
  return absl::OkStatus();
}

}  // namespace

absl::Status AddScale(const Step& step, contract::Hook& hook) { return AddArithmetic<Edit::Scale>(step, hook); }

absl::Status AddSummand(const Step& step, contract::Hook& hook) { return AddArithmetic<Edit::Add>(step, hook); }

absl::Status AddClamp(const Step& step, contract::Hook& hook) {
  const std::vector<absl::string_view> items = absl::StrSplit(step.value, ',');
  if (items.size() != 2) return step.Invalid("want MIN,MAX; one of them may be left out");
  Edit::Clamp clamp;
  if (!items[0].empty()) {
    ASSIGN_OR_RETURN(clamp.min, ParseNumber(step, items[0]));
  }
  if (!items[1].empty()) {
    ASSIGN_OR_RETURN(clamp.max, ParseNumber(step, items[1]));
  }
  hook.edits.push_back({.action = clamp});
  return absl::OkStatus();
}

absl::Status AddSelect(const Step& step, contract::Hook& hook) {
  const std::vector<absl::string_view> parts = absl::StrSplit(step.value, absl::MaxSplits(':', 1));
  if (parts.size() != 2) return step.Invalid("want DIM:INDEX,INDEX,...");
  Edit::Select select;
  ASSIGN_OR_RETURN(select.dim, ParseInt(step, parts[0]));
  ASSIGN_OR_RETURN(select.indices, ParseInts(step, absl::StrSplit(parts[1], ',')));
  hook.edits.push_back({.action = std::move(select)});
  return absl::OkStatus();
}

absl::Status AddReplace(const Step& step, contract::Hook& hook) {
  ASSIGN_OR_RETURN(nn::Tensor tensor, ReadTensor(step));
  hook.edits.push_back({.action = Edit::Replace{std::move(tensor)}});
  return absl::OkStatus();
}

absl::Status AddZero(const Step& step, contract::Hook& hook) {
  if (step.has_value) return step.Invalid("takes no value");
  hook.edits.push_back({.action = Edit::Zero{}});
  return absl::OkStatus();
}

}  // namespace moduled::modulectl
