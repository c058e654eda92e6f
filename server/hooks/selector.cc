#include "server/hooks/selector.h"

#include <re2/re2.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "proto/contract/near_names.h"

namespace moduled::server {
namespace {

using contract::SelectorKind;

// No honest selector is longer. An expression's memory is bounded beside it: RE2 takes time in proportion to the text.
constexpr size_t kMaxSelector = 4096;
constexpr int64_t kMaxPatternMemory = 1 << 20;

// `?` and `*` stay within a name, `**` crosses names.
std::string GlobToRegex(const std::string& glob) {
  std::string regex;
  for (size_t i = 0; i < glob.size(); ++i) {
    if (glob[i] == '?') {
      regex += "[^.]";
    } else if (glob[i] != '*') {
      regex += re2::RE2::QuoteMeta(glob.substr(i, 1));
    } else if (i + 1 < glob.size() && glob[i + 1] == '*') {
      regex += ".*";
      ++i;
    } else {
      regex += "[^.]*";
    }
  }
  return regex;
}

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

std::string Shown(const std::string& selector) {
  constexpr size_t kShown = 120;
  if (selector.size() <= kShown) return absl::StrCat("\"", absl::Utf8SafeCEscape(selector), "\"");
  return absl::StrCat("\"", absl::Utf8SafeCEscape(selector.substr(0, kShown)), "...\"");
}

}  // namespace

absl::StatusOr<HookSelector> HookSelector::Compile(contract::Hook hook, size_t index) {
  const std::string field = absl::StrCat("hooks[", index, "].", KindName(hook.selector_kind));
  if (hook.selector.size() > kMaxSelector) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, ": too long (got ", hook.selector.size(), " bytes, want at most ", kMaxSelector, ")"));
  }
  HookSelector selector(std::move(hook), index);
  const SelectorKind kind = selector.hook_.selector_kind;
  if (kind == SelectorKind::kGlob || kind == SelectorKind::kRegex) {
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_max_mem(kMaxPatternMemory);
    const std::string& text = selector.hook_.selector;
    auto pattern = std::make_shared<const re2::RE2>(kind == SelectorKind::kGlob ? GlobToRegex(text) : text, options);
    if (!pattern->ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(field, ": not a pattern (got ", Shown(text), "): ", pattern->error()));
    }
    selector.pattern_ = std::move(pattern);
  }
  return selector;
}

bool HookSelector::Matches(const std::string& name) const {
  // The root has no name that `*` could stay within: only what says so means it.
  if (hook_.selector_kind == SelectorKind::kGlob && name.empty())
    return hook_.selector.empty() || hook_.selector == "**";
  return re2::RE2::FullMatch(name, *pattern_);
}

std::vector<size_t> HookSelector::Select(const ModuleIndex& modules) const {
  std::vector<size_t> selected;
  switch (hook_.selector_kind) {
    case SelectorKind::kPath:
      if (const auto place = modules.Find(hook_.selector)) selected.push_back(*place);
      break;
    case SelectorKind::kType:
      for (size_t place = 0; place < modules.modules().size(); ++place) {
        if (modules.modules()[place].module->type() == hook_.selector) selected.push_back(place);
      }
      break;
    case SelectorKind::kGlob:
    case SelectorKind::kRegex:
      for (const auto& [name, place] : modules.names()) {
        if (Matches(name)) selected.push_back(place);
      }
      std::sort(selected.begin(), selected.end());
      selected.erase(std::unique(selected.begin(), selected.end()), selected.end());
      break;
  }
  return selected;
}

std::string HookSelector::WhyNone(const ModuleIndex& modules) const {
  const std::string field = absl::StrCat("hooks[", index_, "].", KindName(hook_.selector_kind), ": ");
  const std::string shown = Shown(hook_.selector);
  switch (hook_.selector_kind) {
    case SelectorKind::kPath: {
      std::vector<std::string> names;
      for (const auto& [name, place] : modules.names()) names.push_back(name);
      return absl::StrCat(field, "the model has no module ", shown, contract::DidYouMean(hook_.selector, names));
    }
    case SelectorKind::kType: {
      std::vector<std::string> types;
      for (const ModuleIndex::Entry& entry : modules.modules()) types.push_back(entry.module->type());
      std::sort(types.begin(), types.end());
      types.erase(std::unique(types.begin(), types.end()), types.end());
      return absl::StrCat(field, "no module is of type ", shown, contract::DidYouMean(hook_.selector, types));
    }
    default:
      return absl::StrCat(field, "no module's path matches ", shown);
  }
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

nn::HookKind EngineKind(contract::HookKind kind) {
  return kind == contract::HookKind::kForwardPre ? nn::HookKind::kForwardPre : nn::HookKind::kForward;
}

}  // namespace moduled::server
