#include "server/hooks/selector.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "proto/contract/near_names.h"

namespace moduled::server {
namespace {

using contract::SelectorKind;

// No honest path or type is longer. Patterns have a limit of their own.
constexpr size_t kMaxSelector = 4096;

absl::string_view KindName(SelectorKind kind) {
  switch (kind) {
    case SelectorKind::kPath:
      return "path";
    case SelectorKind::kGlob:
      return "glob";
    case SelectorKind::kRegex:
      return "regex";
    case SelectorKind::kType:
      return "type";
  }
  return "selector";
}

absl::string_view TargetName(HookTarget::Kind kind) {
  switch (kind) {
    case HookTarget::Kind::kModule:
      return "module";
    case HookTarget::Kind::kFunction:
      return "function node";
    case HookTarget::Kind::kParameter:
      return "parameter";
    case HookTarget::Kind::kInput:
      return "input";
  }
  return "target";
}

constexpr HookTarget::Kind kAllTargetKinds[] = {HookTarget::Kind::kModule, HookTarget::Kind::kFunction,
                                                HookTarget::Kind::kParameter, HookTarget::Kind::kInput};

}  // namespace

absl::StatusOr<HookSelector> HookSelector::Compile(contract::Hook hook, size_t index) {
  HookSelector selector(std::move(hook), index);
  RETURN_IF_ERROR(selector.CheckHook());
  const SelectorKind kind = selector.hook_.selector_kind;
  if (kind == SelectorKind::kGlob || kind == SelectorKind::kRegex) {
    const std::string& text = selector.hook_.selector;
    absl::StatusOr<NamePattern> pattern =
        kind == SelectorKind::kGlob ? NamePattern::Glob(text) : NamePattern::Regex(text);
    if (!pattern.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(selector.Field(), ": ", pattern.status().message()));
    }
    selector.pattern_ = *std::move(pattern);
  }
  if (!selector.hook_.transform.empty()) {
    ASSIGN_OR_RETURN(selector.transform_,
                     Transform::Compile(selector.hook_.transform, absl::StrCat("hooks[", index, "].transform")));
  }
  return selector;
}

absl::Status HookSelector::CheckHook() const {
  if (hook_.selector.size() > kMaxSelector) {
    return absl::InvalidArgumentError(
        absl::StrCat(Field(), ": too long (got ", hook_.selector.size(), " bytes, want at most ", kMaxSelector, ")"));
  }
  if (!hook_.legacy) return absl::OkStatus();
  if (hook_.kind != contract::HookKind::kFullBackward) {
    return absl::InvalidArgumentError(
        absl::StrCat("hooks[", index_, "].legacy: only FULL_BACKWARD has it (the kind is ", Name(hook_.kind), ")"));
  }
  // The engine's operators are not torch's: what came in front of the last of them is not to be had.
  return absl::UnimplementedError(
      absl::StrCat("hooks[", index_, "].legacy: this server shows the gradients of a module's own inputs alone"));
}

std::string HookSelector::Field() const { return absl::StrCat("hooks[", index_, "].", KindName(hook_.selector_kind)); }

bool HookSelector::HasColon() const {
  return (hook_.selector_kind == SelectorKind::kPath || hook_.selector_kind == SelectorKind::kGlob) &&
         absl::StrContains(hook_.selector, ':');
}

bool HookSelector::Considers(HookTarget::Kind kind) const {
  const bool is_tensor_hook = hook_.kind == contract::HookKind::kTensorGrad;
  switch (kind) {
    case HookTarget::Kind::kModule:
      return !HasColon();
    case HookTarget::Kind::kFunction:
      return HasColon();
    case HookTarget::Kind::kParameter:
      return is_tensor_hook && !HasColon() && hook_.selector_kind != SelectorKind::kType;
    case HookTarget::Kind::kInput:
      return is_tensor_hook && HasColon() && absl::StartsWith(hook_.selector, kInputPrefix);
  }
  return false;
}

std::vector<size_t> HookSelector::Select(const HookTargets& targets) const {
  std::vector<size_t> selected;
  if (hook_.selector_kind == SelectorKind::kType) {
    for (size_t place = 0; place < targets.targets().size(); ++place) {
      const nn::Module* module = targets.targets()[place].module;
      if (module != nullptr && module->type() == hook_.selector) selected.push_back(place);
    }
    return selected;
  }
  for (const auto& [name, place] : targets.names()) {
    if (!Considers(targets.targets()[place].kind)) continue;
    if (pattern_.has_value() ? pattern_->Matches(name) : name == hook_.selector) selected.push_back(place);
  }
  std::sort(selected.begin(), selected.end());
  selected.erase(std::unique(selected.begin(), selected.end()), selected.end());
  return selected;
}

std::string HookSelector::WhyNone(const HookTargets& targets) const {
  const std::string shown = Shown(hook_.selector);
  if (hook_.selector_kind == SelectorKind::kType) {
    std::vector<std::string> types;
    for (const HookTarget& target : targets.targets()) {
      if (target.module != nullptr) types.push_back(target.module->type());
    }
    std::sort(types.begin(), types.end());
    types.erase(std::unique(types.begin(), types.end()), types.end());
    return absl::StrCat(Field(), ": no module is of type ", shown, contract::DidYouMean(hook_.selector, types));
  }
  std::string what;
  for (const HookTarget::Kind kind : kAllTargetKinds) {
    if (Considers(kind)) absl::StrAppend(&what, what.empty() ? "" : " or ", TargetName(kind));
  }
  if (hook_.selector_kind != SelectorKind::kPath) {
    return absl::StrCat(Field(), ": no ", what, "'s path matches ", shown);
  }
  std::vector<std::string> names;
  for (const auto& [name, place] : targets.names()) {
    if (Considers(targets.targets()[place].kind)) names.push_back(name);
  }
  return absl::StrCat(Field(), ": the model has no ", what, " ", shown, contract::DidYouMean(hook_.selector, names));
}

absl::StatusOr<std::vector<HookSelector>> CompileHooks(const std::vector<contract::Hook>& hooks) {
  std::vector<HookSelector> selectors;
  selectors.reserve(hooks.size());
  for (size_t i = 0; i < hooks.size(); ++i) {
    ASSIGN_OR_RETURN(HookSelector selector, HookSelector::Compile(hooks[i], i));
    selectors.push_back(std::move(selector));
  }
  return selectors;
}

}  // namespace moduled::server
