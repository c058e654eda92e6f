#include "server/rpc/intake.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

namespace moduled::server {
namespace {

// Only names that a verified certificate bears: without one there is no authenticated peer.
std::vector<std::string> CertificateNames(const grpc::CallbackServerContext& context) {
  std::vector<std::string> names;
  const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
  if (peer == nullptr || !peer->IsPeerAuthenticated()) return names;
  for (const char* property : {GRPC_X509_CN_PROPERTY_NAME, GRPC_X509_SAN_PROPERTY_NAME}) {
    for (const grpc::string_ref& value : peer->FindPropertyValues(property)) {
      names.emplace_back(value.data(), value.size());
    }
  }
  return names;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Caller>> Intake::CallerOf(const grpc::CallbackServerContext& context) const {
  if (!access.has_rules()) return access.Identify({});
  const auto& metadata = context.client_metadata();
  const auto [first, last] = metadata.equal_range("authorization");
  if (first == last) return access.Identify({.certificate_names = CertificateNames(context)});
  // Of two, a proxy may have looked at the other one.
  if (std::next(first) != last) return absl::UnauthenticatedError("authorization: sent twice");
  return access.Identify({.authorization = {first->second.data(), first->second.size()}});
}

}  // namespace moduled::server
