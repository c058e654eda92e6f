#include "server/operations/connection_options.h"

#include <limits>
#include <string>

namespace moduled::server {
namespace {

constexpr double kDay = 86'400;

// A number of seconds; with `is_limit`, 0 means that there is no limit.
void AddSeconds(CLI::App& app, const std::string& flag, absl::Duration& value, bool is_limit, const std::string& text) {
  app.add_option_function<double>(
         flag,
         [&value, is_limit](const double& seconds) {
           value = is_limit && seconds == 0 ? absl::InfiniteDuration() : absl::Seconds(seconds);
         },
         text)
      ->check(CLI::Range(is_limit ? 0.0 : 0.001, kDay));
}

}  // namespace

void AddSecurityFlags(CLI::App& app, Options& options) {
  app.add_option("--tokens", options.tokens,
                 "File of who may call and what they may do, read again when it changes (default: everybody may do "
                 "everything)");
  CLI::Option* const cert =
      app.add_option("--tls-cert", options.tls_cert,
                     "PEM file of the server's certificate, read again when it changes: serves by TLS");
  CLI::Option* const key = app.add_option("--tls-key", options.tls_key, "PEM file of its private key");
  cert->needs(key);
  key->needs(cert);
  app.add_option("--tls-client-ca", options.tls_client_ca,
                 "PEM file of who vouches for clients, which then must have a certificate")
      ->needs(cert);
  app.add_flag("--allow-unauthenticated", options.allow_unauthenticated,
               "Listen on addresses that others can reach without --tokens or --tls-client-ca");
}

void AddConnectionFlags(CLI::App& app, ConnectionLimits& limits) {
  const CLI::AsSizeValue size(false);
  app.add_option("--max-connection-bytes", limits.memory,
                 "What all connections together may buffer (default: a quarter of the memory)")
      ->transform(size)
      ->check(CLI::Range(size_t{1} << 20, std::numeric_limits<size_t>::max() / 2));
  app.add_option("--max-connection-threads", limits.threads, "Threads that streams of reflection may take")
      ->check(CLI::Range(4, 1024))
      ->capture_default_str();
  app.add_option("--max-connection-streams", limits.streams, "Calls under way on one connection")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--max-metadata-bytes", limits.metadata_bytes, "Headers of one call (default: 16KiB)")
      ->transform(size)
      ->check(CLI::Range(1024, 1 << 20));
  AddSeconds(app, "--keepalive-time", limits.keepalive_time, false, "Seconds of silence before a ping (default: 60)");
  AddSeconds(app, "--keepalive-timeout", limits.keepalive_timeout, false,
             "Seconds to wait for a ping's answer before the connection is closed (default: 20)");
  AddSeconds(app, "--min-ping-interval", limits.min_ping_interval, false,
             "Seconds between a client's pings; one that pings more often is sent away (default: 10)");
  AddSeconds(app, "--max-connection-age", limits.max_age, true,
             "Seconds after which a client is asked to connect anew; 0: never (default: 0)");
  AddSeconds(app, "--max-connection-age-grace", limits.max_age_grace, true,
             "Seconds that its calls have then to end; 0: as long as they take (default: 0)");
  AddSeconds(app, "--max-connection-idle", limits.max_idle, true,
             "Seconds that a connection may have no call; 0: any time (default: 0)");
  AddSeconds(app, "--handshake-timeout", limits.handshake_timeout, false,
             "Seconds that a new connection has to begin HTTP/2 (default: 20)");
}

}  // namespace moduled::server
