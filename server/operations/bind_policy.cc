#include "server/operations/bind_policy.h"

#include <arpa/inet.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace moduled::server {

bool IsLoopback(absl::string_view address) {
  absl::string_view host = address.substr(0, address.rfind(':'));
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  if (absl::EqualsIgnoreCase(host, "localhost")) return true;
  const std::string text(host);
  in_addr v4 = {};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6 = {};
  return inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

absl::Status CheckBinding(const Options& options) {
  if (options.allow_unauthenticated) return absl::OkStatus();
  const bool knows_callers = !options.tokens.empty() || !options.tls_client_ca.empty();
  if (!knows_callers && !IsLoopback(options.listen)) {
    return absl::FailedPreconditionError(
        absl::StrCat("--listen ", options.listen, ": others can reach this address, and nothing says who may call: ",
                     "give --tokens or --tls-client-ca, or allow everybody everything by --allow-unauthenticated"));
  }
  if (options.http.empty() || IsLoopback(options.http)) return absl::OkStatus();
  // HTTP is plaintext: it knows no certificates, and shows tokens that TLS is to hide.
  if (!options.tokens.empty() && options.tls_cert.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("--http ", options.http, ": others can reach this address, which is plaintext and asks for tokens ",
                   "alone: give --tokens without --tls-cert, or --http on loopback, or --allow-unauthenticated"));
}

}  // namespace moduled::server
