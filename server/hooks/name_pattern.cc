#include "server/hooks/name_pattern.h"

#include <re2/re2.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace moduled::server {
namespace {

// No honest pattern is longer. An expression's memory is bounded beside it: RE2 takes time in proportion to the text.
constexpr size_t kMaxPattern = 4096;
constexpr int64_t kMaxPatternMemory = 1 << 20;

// A name ends at a dot, and at the colon in front of a function node.
std::string GlobToRegex(const std::string& glob) {
  std::string regex;
  for (size_t i = 0; i < glob.size(); ++i) {
    if (glob[i] == '?') {
      regex += "[^.:]";
    } else if (glob[i] != '*') {
      regex += re2::RE2::QuoteMeta(glob.substr(i, 1));
    } else if (i + 1 < glob.size() && glob[i + 1] == '*') {
      regex += ".*";
      ++i;
    } else {
      regex += "[^.:]*";
    }
  }
  return regex;
}

}  // namespace

std::string Shown(const std::string& text) {
  constexpr size_t kShown = 120;
  if (text.size() <= kShown) return absl::StrCat("\"", absl::Utf8SafeCEscape(text), "\"");
  return absl::StrCat("\"", absl::Utf8SafeCEscape(text.substr(0, kShown)), "...\"");
}

absl::StatusOr<NamePattern> NamePattern::Compile(const std::string& text, const std::string& regex, bool matches_root) {
  if (text.size() > kMaxPattern) {
    return absl::InvalidArgumentError(
        absl::StrCat("too long (got ", text.size(), " bytes, want at most ", kMaxPattern, ")"));
  }
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kMaxPatternMemory);
  auto pattern = std::make_shared<const re2::RE2>(regex, options);
  if (!pattern->ok()) {
    return absl::InvalidArgumentError(absl::StrCat("not a pattern (got ", Shown(text), "): ", pattern->error()));
  }
  return NamePattern(std::move(pattern), matches_root);
}

absl::StatusOr<NamePattern> NamePattern::Glob(const std::string& glob) {
  return Compile(glob, glob.size() > kMaxPattern ? "" : GlobToRegex(glob), glob.empty() || glob == "**");
}

absl::StatusOr<NamePattern> NamePattern::Regex(const std::string& regex) {
  return Compile(regex, regex, /*matches_root=*/true);
}

bool NamePattern::Matches(absl::string_view name) const {
  if (name.empty() && !matches_root_) return false;
  return re2::RE2::FullMatch(re2::StringPiece(name.data(), name.size()), *pattern_);
}

}  // namespace moduled::server
