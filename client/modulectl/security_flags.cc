#include "client/modulectl/security_flags.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace moduled::modulectl {
namespace {

absl::StatusOr<std::string> ReadText(const std::string& flag, const std::string& path) {
  if (path.empty()) return "";
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.empty()) return absl::InvalidArgumentError(absl::StrCat(flag, " ", path, ": empty, or cannot be read"));
  return text;
}

absl::StatusOr<std::string> TokenOf(const SecurityFlags& flags) {
  std::string token;
  if (!flags.token_file.empty()) {
    auto text = ReadText("--token-file", flags.token_file);
    if (!text.ok()) return text.status();
    token = *std::move(text);
  } else if (const char* variable = std::getenv("MODULED_TOKEN")) {
    token = variable;
  }
  absl::StripAsciiWhitespace(&token);
  for (const char c : token) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c))) {
      return absl::InvalidArgumentError("token: holds characters that no header can");
    }
  }
  return token;
}

}  // namespace

void AddSecurityFlags(CLI::App& app, SecurityFlags& flags) {
  app.add_option("--token-file", flags.token_file,
                 "File of the token that is sent with every call (default: the environment's MODULED_TOKEN)");
  app.add_flag("--tls", flags.tls, "Connect by TLS");
  app.add_option("--ca", flags.ca, "PEM file of who vouches for the server; means --tls (default: the system's)");
  CLI::Option* const cert = app.add_option("--cert", flags.cert, "PEM file of this client's certificate; means --tls");
  CLI::Option* const key = app.add_option("--key", flags.key, "PEM file of its private key");
  cert->needs(key);
  key->needs(cert);
}

absl::Status ApplySecurityFlags(const SecurityFlags& flags, Context& context) {
  auto token = TokenOf(flags);
  if (!token.ok()) return token.status();
  context.token = *std::move(token);
  if (!flags.tls && flags.ca.empty() && flags.cert.empty()) return absl::OkStatus();
  auto ca = ReadText("--ca", flags.ca);
  if (!ca.ok()) return ca.status();
  auto cert = ReadText("--cert", flags.cert);
  if (!cert.ok()) return cert.status();
  auto key = ReadText("--key", flags.key);
  if (!key.ok()) return key.status();
  context.tls = client::TlsOptions{*std::move(ca), *std::move(cert), *std::move(key)};
  return absl::OkStatus();
}

}  // namespace moduled::modulectl
