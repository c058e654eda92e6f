// What a caller may do, in four kinds.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace moduled::server {

enum class Role : uint8_t {
  kInfer,    // Run a model.
  kInspect,  // Look into it: structure, weights, plans, statistics.
  kObserve,  // See, or change, what flows through the modules of requests.
  kAdmin,    // Change what is served, and how the server is run.
};

inline constexpr Role kAllRoles[] = {Role::kInfer, Role::kInspect, Role::kObserve, Role::kAdmin};

// "infer", "inspect", "observe", "admin".
absl::string_view Name(Role role);
std::optional<Role> ParseRole(absl::string_view name);

// A set of roles.
class Roles {
 public:
  constexpr Roles() = default;
  constexpr Roles(std::initializer_list<Role> roles) {
    for (const Role role : roles) Add(role);
  }
  static constexpr Roles All() { return {Role::kInfer, Role::kInspect, Role::kObserve, Role::kAdmin}; }

  constexpr void Add(Role role) { bits_ |= Bit(role); }
  constexpr bool Has(Role role) const { return (bits_ & Bit(role)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }

 private:
  static constexpr uint8_t Bit(Role role) { return static_cast<uint8_t>(1U << static_cast<uint8_t>(role)); }

  uint8_t bits_ = 0;
};

}  // namespace moduled::server
