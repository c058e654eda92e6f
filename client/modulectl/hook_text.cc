#include "client/modulectl/hook_text.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/modulectl/hook_steps.h"
#include "client/modulectl/tensor_text.h"
#include "nn/tensor/status_macros.h"

namespace moduled::modulectl {
namespace {

using contract::HookEvent;
using contract::HookKind;
using contract::SelectorKind;

contract::Hook ParseSelector(absl::string_view text, HookKind kind) {
  contract::Hook hook{SelectorKind::kPath, std::string(text), kind};
  if (absl::ConsumePrefix(&text, "type:")) {
    hook.selector_kind = SelectorKind::kType;
  } else if (absl::ConsumePrefix(&text, "regex:")) {
    hook.selector_kind = SelectorKind::kRegex;
  } else if (text.find_first_of("*?") != absl::string_view::npos) {
    hook.selector_kind = SelectorKind::kGlob;
  }
  hook.selector = std::string(text);
  return hook;
}

// What the event's kind is about.
nn::Datum SubjectOf(const HookEvent& event) {
  switch (event.kind) {
    case HookKind::kForward:
      return event.output.value_or(nn::Datum());
    case HookKind::kForwardPre:
      return nn::Datum::Tuple{event.inputs};
    case HookKind::kFullBackward:
      return nn::Datum::Tuple{event.grad_input};
    case HookKind::kFullBackwardPre:
    case HookKind::kTensorGrad:
      break;
  }
  return nn::Datum::Tuple{event.grad_output};
}

}  // namespace

absl::StatusOr<contract::Hook> ParseHook(const std::string& text, HookKind kind) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, " | ");
  contract::Hook hook = ParseSelector(parts[0], kind);
  for (size_t i = 1; i < parts.size(); ++i) RETURN_IF_ERROR(AddHookStep(absl::StripAsciiWhitespace(parts[i]), hook));
  return hook;
}

absl::StatusOr<std::vector<contract::Hook>> ParseHooks(const std::vector<std::string>& texts, const std::string& kind) {
  ASSIGN_OR_RETURN(const HookKind default_kind, ParseHookKind(kind));
  std::vector<contract::Hook> hooks;
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(contract::Hook hook, ParseHook(text, default_kind));
    hooks.push_back(std::move(hook));
  }
  return hooks;
}

absl::StatusOr<HookKind> ParseHookKind(const std::string& name) {
  std::string known;
  for (const HookKind kind : contract::kAllHookKinds) {
    if (name == contract::Name(kind)) return kind;
    absl::StrAppend(&known, known.empty() ? "" : ", ", contract::Name(kind));
  }
  return absl::InvalidArgumentError(absl::StrCat("kind: unknown (got ", name, ", want one of ", known, ")"));
}

std::string EventName(const HookEvent& event) {
  const std::string path = event.path.empty() ? "''" : event.path;
  return event.call_index == 0 ? path : absl::StrCat(path, "#", event.call_index);
}

std::string EventLine(const HookEvent& event) {
  return absl::StrCat(contract::Name(event.kind), "  ", EventName(event), " (", event.type, ")  ",
                      Summary(SubjectOf(event)));
}

NamedTensors EventTensors(const HookEvent& event) {
  // Hooks with transforms have events of their own beside the one that all others share.
  const std::string name = absl::StrCat(EventName(event), "/", contract::Name(event.kind),
                                        event.hook.has_value() ? absl::StrCat("/hook", *event.hook) : "");
  NamedTensors tensors;
  ForEachLeaf(SubjectOf(event),
              [&](const nn::Tensor& tensor) { tensors.emplace_back(absl::StrCat(name, "/", tensors.size()), tensor); });
  return tensors;
}

}  // namespace moduled::modulectl
