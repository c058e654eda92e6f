// What the command line says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "absl/time/time.h"
#include "server/access/connection_limits.h"

namespace moduled::server {

struct Options {
  bool check = false;  // Only look whether everything is good.
  std::string repository;
  std::string cache;  // Default: .cache in the repository. Empty: nothing is kept.
  std::string listen = "127.0.0.1:8001";
  std::string http = "127.0.0.1:8002";  // Empty: there is no HTTP port.
  std::string health_listen;            // Empty: health is answered on the same port alone.
  std::string tokens;                   // A file. Empty: no rules, everybody may do everything.
  std::string tls_cert;                 // A file. Empty: plaintext.
  std::string tls_key;
  std::string tls_client_ca;  // Empty: clients are not asked for certificates.
  bool allow_unauthenticated = false;
  ConnectionLimits connections;
  std::string replica_id;      // Default: the host's name.
  int compute_threads = 0;     // Of all requests together. 0: one for each processor that this process may use.
  int64_t max_batch_size = 0;  // Of models whose configuration does not say. 0: as many rows as pay.
  size_t max_queue = 256;
  size_t max_message_bytes = size_t{256} << 20;
  size_t max_inflight_bytes = 0;  // 0: a quarter of the memory, and room for one message at least.
  size_t max_hook_bytes = size_t{256} << 20;
  size_t max_subscriptions = 1024;
  size_t max_subscription_bytes = size_t{256} << 20;
  int64_t max_model_bytes = 0;  // 0: half of the memory that this process may use.
  absl::Duration drain_delay = absl::ZeroDuration();
  absl::Duration drain_timeout = absl::Seconds(20);
  std::string log_level = "info";
  std::string log_format = "text";
  bool log_requests = false;
};

// The program's version, and how it was built.
std::string VersionText();
std::string BuildText();

// An exit code means that the program is to end with it: everything has been said.
std::variant<Options, int> ParseOptions(int argc, char** argv);

}  // namespace moduled::server
