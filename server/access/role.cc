#include "server/access/role.h"

namespace moduled::server {

absl::string_view Name(Role role) {
  switch (role) {
    case Role::kInfer:
      return "infer";
    case Role::kInspect:
      return "inspect";
    case Role::kObserve:
      return "observe";
    case Role::kAdmin:
      return "admin";
  }
  return "";
}

std::optional<Role> ParseRole(absl::string_view name) {
  for (const Role role : kAllRoles) {
    if (name == Name(role)) return role;
  }
  return std::nullopt;
}

}  // namespace moduled::server
