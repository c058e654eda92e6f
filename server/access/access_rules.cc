#include "server/access/access_rules.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace moduled::server {
namespace {

constexpr absl::string_view kScheme = "Bearer ";

}  // namespace

absl::StatusOr<std::shared_ptr<const Caller>> AccessRules::Identify(const Proof& proof) const {
  if (proof.authorization.empty()) {
    if (auto caller = ByCertificate(proof.certificate_names)) return caller;
    return absl::UnauthenticatedError("authorization: missing (want Bearer TOKEN)");
  }
  if (!absl::StartsWithIgnoreCase(proof.authorization, kScheme)) {
    return absl::UnauthenticatedError("authorization: unknown scheme (want Bearer TOKEN)");
  }
  const absl::string_view token = absl::StripAsciiWhitespace(proof.authorization.substr(kScheme.size()));
  const absl::StatusOr<Digest> digest = Sha256(token);
  if (!digest.ok()) return digest.status();
  if (auto caller = ByToken(*digest)) return caller;
  return absl::UnauthenticatedError("authorization: unknown token");
}

// Looks at every entry, so that the time does not tell which one it was, if any.
std::shared_ptr<const Caller> AccessRules::ByToken(const Digest& digest) const {
  const Entry* found = nullptr;
  for (const Entry& entry : entries_) {
    const auto* own = std::get_if<Digest>(&entry.proof);
    if (own != nullptr && SameDigest(*own, digest)) found = &entry;
  }
  return found == nullptr ? nullptr : found->caller;
}

std::shared_ptr<const Caller> AccessRules::ByCertificate(const std::vector<std::string>& names) const {
  for (const Entry& entry : entries_) {
    const auto* own = std::get_if<std::string>(&entry.proof);
    if (own != nullptr && std::find(names.begin(), names.end(), *own) != names.end()) return entry.caller;
  }
  return nullptr;
}

}  // namespace moduled::server
