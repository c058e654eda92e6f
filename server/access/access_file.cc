#include "server/access/access_file.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "moduled/v1/access.pb.h"
#include "nn/description/parse.h"
#include "nn/description/text_format.h"
#include "nn/tensor/status_macros.h"

namespace moduled::server {
namespace {

// Far deeper than any field is.
constexpr int kMaxMessageDepth = 8;

absl::StatusOr<Roles> RolesOf(const v1::Credential& credential) {
  Roles roles;
  for (const std::string& name : credential.roles()) {
    const std::optional<Role> role = ParseRole(name);
    if (!role.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("roles: unknown (got \"", name, "\", want infer, inspect, observe or admin)"));
    }
    roles.Add(*role);
  }
  if (roles.empty()) return absl::InvalidArgumentError("roles: missing (want at least one)");
  return roles;
}

absl::StatusOr<std::variant<Digest, std::string>> ProofOf(const v1::Credential& credential) {
  switch (credential.proof_case()) {
    case v1::Credential::kTokenSha256: {
      const std::optional<Digest> digest = ParseDigest(credential.token_sha256());
      if (!digest.has_value()) {  // What is there instead may be the token itself: it is not repeated.
        return absl::InvalidArgumentError("token_sha256: not 64 hexadecimal digits");
      }
      return *digest;
    }
    case v1::Credential::kCertificate:
      if (credential.certificate().empty()) return absl::InvalidArgumentError("certificate: empty");
      return credential.certificate();
    case v1::Credential::PROOF_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("proof: missing (want token_sha256 or certificate)");
}

absl::StatusOr<AccessRules::Entry> EntryOf(const v1::Credential& credential) {
  if (credential.name().empty()) return absl::InvalidArgumentError("name: missing");
  ASSIGN_OR_RETURN(auto proof, ProofOf(credential));
  ASSIGN_OR_RETURN(const Roles roles, RolesOf(credential));
  const auto& models = credential.models();
  if (std::find(models.begin(), models.end(), "") != models.end()) {
    return absl::InvalidArgumentError("models: an empty name (leave the field out for all models)");
  }
  return AccessRules::Entry{
      std::move(proof),
      std::make_shared<const Caller>(credential.name(), roles, std::vector<std::string>(models.begin(), models.end()))};
}

}  // namespace

absl::StatusOr<std::shared_ptr<const AccessRules>> ParseAccessFile(const std::string& text) {
  v1::AccessFile file;
  RETURN_IF_ERROR(nn::ParseTextFormat(text, kMaxMessageDepth, file));
  std::vector<AccessRules::Entry> entries;
  std::set<std::string> names;
  std::set<std::variant<Digest, std::string>> proofs;
  for (const v1::Credential& credential : file.credentials()) {
    const std::string place = absl::StrCat("credentials[", entries.size(), "]");
    absl::StatusOr<AccessRules::Entry> entry = EntryOf(credential);
    if (!entry.ok()) return absl::InvalidArgumentError(absl::StrCat(place, ".", entry.status().message()));
    if (!names.insert(credential.name()).second) {
      return absl::InvalidArgumentError(absl::StrCat(place, ".name: given twice (got \"", credential.name(), "\")"));
    }
    if (!proofs.insert(entry->proof).second) {
      return absl::InvalidArgumentError(absl::StrCat(place, ": the same token or certificate as another one's"));
    }
    entries.push_back(*std::move(entry));
  }
  if (entries.empty()) return absl::InvalidArgumentError("credentials: none (nobody could call)");
  return std::make_shared<const AccessRules>(std::move(entries));
}

absl::StatusOr<std::shared_ptr<const AccessRules>> ReadAccessFile(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, nn::ReadFile(path));
  auto rules = ParseAccessFile(text);
  if (!rules.ok()) return absl::InvalidArgumentError(absl::StrCat(path, ": ", rules.status().message()));
  return rules;
}

}  // namespace moduled::server
