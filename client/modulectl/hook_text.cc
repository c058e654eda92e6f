#include "client/modulectl/hook_text.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace moduled::modulectl {

contract::Hook ParseHook(const std::string& selector, contract::HookKind kind) {
  using contract::SelectorKind;
  if (absl::StartsWith(selector, "type:")) return {SelectorKind::kType, selector.substr(5), kind};
  if (absl::StartsWith(selector, "regex:")) return {SelectorKind::kRegex, selector.substr(6), kind};
  const bool pattern = selector.find_first_of("*?") != std::string::npos;
  return {pattern ? SelectorKind::kGlob : SelectorKind::kPath, selector, kind};
}

absl::StatusOr<contract::HookKind> ParseHookKind(const std::string& name) {
  if (name == "forward") return contract::HookKind::kForward;
  if (name == "forward_pre") return contract::HookKind::kForwardPre;
  return absl::InvalidArgumentError(absl::StrCat("kind: unknown (got ", name, ", want forward or forward_pre)"));
}

std::string HookKindName(contract::HookKind kind) {
  return kind == contract::HookKind::kForwardPre ? "forward_pre" : "forward";
}

std::string EventName(const contract::HookEvent& event) {
  const std::string path = event.path.empty() ? "''" : event.path;
  return event.call_index == 0 ? path : absl::StrCat(path, "#", event.call_index);
}

NamedTensors EventTensors(const contract::HookEvent& event) {
  NamedTensors tensors;
  const auto add = [&](const nn::Tensor& tensor) {
    tensors.emplace_back(absl::StrCat(EventName(event), "/", HookKindName(event.kind), "/", tensors.size()), tensor);
  };
  if (event.output.has_value()) {
    ForEachLeaf(*event.output, add);
  } else {
    for (const nn::Datum& input : event.inputs) ForEachLeaf(input, add);
  }
  return tensors;
}

}  // namespace moduled::modulectl
