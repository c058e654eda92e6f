#include "server/models/names.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace moduled::server {

absl::Status CheckModelName(absl::string_view name) {
  const auto refuse = [&](absl::string_view problem) {
    return absl::InvalidArgumentError(absl::StrCat("model.name: ", problem, " (got ", Quoted(name), ")"));
  };
  if (name.empty()) return absl::InvalidArgumentError("model.name: empty");
  if (name.size() > kMaxModelName) {
    return refuse(absl::StrCat("too long, want at most ", kMaxModelName, " bytes"));
  }
  if (name == "." || name == "..") return refuse("not a name");
  if (absl::StrContains(name, '/')) return refuse("must not contain '/'");
  if (std::any_of(name.begin(), name.end(), [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); }))
    return refuse("must not contain control characters");
  if (absl::StripAsciiWhitespace(name) != name) return refuse("must not begin or end with a space");
  return absl::OkStatus();
}

absl::StatusOr<int64_t> ParseVersion(absl::string_view version) {
  int64_t number = 0;
  // The round trip refuses what SimpleAtoi forgives: spaces, signs, leading zeros.
  if (absl::SimpleAtoi(version, &number) && number >= 1 && absl::StrCat(number) == version) return number;
  return absl::InvalidArgumentError(
      absl::StrCat("model.version: not a version (got ", Quoted(version), ", want a number from 1, or nothing)"));
}

std::string Quoted(absl::string_view text) {
  constexpr size_t kShown = 80;
  if (text.size() <= kShown) return absl::StrCat("\"", absl::Utf8SafeCEscape(text), "\"");
  return absl::StrCat("\"", absl::Utf8SafeCEscape(text.substr(0, kShown)), "...\"");
}

}  // namespace moduled::server
