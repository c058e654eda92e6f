// Patterns that names are held against. RE2 does it in time that grows with the text alone.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace re2 {
class RE2;
}

namespace moduled::server {

// Immutable; copies share the pattern.
class NamePattern {
 public:
  // `?` and `*` match within a name, `**` across names. INVALID_ARGUMENT if the text is no pattern.
  static absl::StatusOr<NamePattern> Glob(const std::string& glob);
  // An RE2 expression that the whole name must match.
  static absl::StatusOr<NamePattern> Regex(const std::string& regex);

  bool Matches(absl::string_view name) const;

 private:
  NamePattern(std::shared_ptr<const re2::RE2> pattern, bool matches_root)
      : pattern_(std::move(pattern)), matches_root_(matches_root) {}
  static absl::StatusOr<NamePattern> Compile(const std::string& text, const std::string& regex, bool matches_root);

  std::shared_ptr<const re2::RE2> pattern_;
  bool matches_root_;  // The root has no name that `*` could stay within: only what says so means it.
};

// `text` in quotation marks for an error's text: cut if it is long, what cannot be printed escaped.
std::string Shown(const std::string& text);

}  // namespace moduled::server
