// repr(module), line for line as torch prints it.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "nn/modules/module.h"

namespace moduled::nn {

std::string Module::Repr() const {
  const std::string extra = ExtraRepr();
  std::vector<std::string> children;
  for (const auto& [name, child] : children_) {
    const std::string text = child == nullptr ? "None" : child->Repr();
    children.push_back(absl::StrCat("(", name, "): ", absl::StrReplaceAll(text, {{"\n", "\n  "}})));
  }
  const bool one_line = children.empty() && extra.find('\n') == std::string::npos;
  if (one_line) return absl::StrCat(type_, "(", extra, ")");
  std::string text = absl::StrCat(type_, "(");
  if (!extra.empty()) absl::StrAppend(&text, "\n  ", absl::StrReplaceAll(extra, {{"\n", "\n  "}}));
  for (const std::string& child : children) absl::StrAppend(&text, "\n  ", child);
  return absl::StrCat(text, "\n)");
}

}  // namespace moduled::nn
