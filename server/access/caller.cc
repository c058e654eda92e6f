#include "server/access/caller.h"

#include <fnmatch.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace moduled::server {
namespace {

// A name that is longer is no model's, and would only fill the answer.
constexpr size_t kMaxQuotedName = 200;

std::string Place(const Need& need) {
  switch (need.scope) {
    case Need::Scope::kModel:
      return absl::StrCat(" for model \"", absl::Utf8SafeCEscape(need.model.substr(0, kMaxQuotedName)), "\"");
    case Need::Scope::kServer:
      return " for all models";
    case Need::Scope::kAnyModel:
      return "";
  }
  return "";
}

}  // namespace

const Caller& Caller::Anybody() {
  static const Caller anybody("anybody", Roles::All(), {});
  return anybody;
}

bool Caller::MaySee(const std::string& model) const {
  return models_.empty() || std::any_of(models_.begin(), models_.end(), [&model](const std::string& pattern) {
           return fnmatch(pattern.c_str(), model.c_str(), FNM_NOESCAPE) == 0;
         });
}

bool Caller::InScope(const Need& need) const {
  switch (need.scope) {
    case Need::Scope::kModel:
      // fnmatch ends at a zero byte, and no model's name has one.
      return need.model.find('\0') == std::string::npos ? MaySee(need.model) : MaySeeAll();
    case Need::Scope::kServer:
      return MaySeeAll();
    case Need::Scope::kAnyModel:
      return true;
  }
  return false;
}

absl::Status Caller::Check(const Need& need) const {
  const bool in_scope = InScope(need);
  for (const Role role : kAllRoles) {
    if (!need.roles.Has(role) || (in_scope && roles_.Has(role))) continue;
    return absl::PermissionDeniedError(absl::StrCat("role ", Name(role), Place(need), ": not granted"));
  }
  if (!in_scope) return absl::PermissionDeniedError(absl::StrCat("any role", Place(need), ": not granted"));
  return absl::OkStatus();
}

}  // namespace moduled::server
