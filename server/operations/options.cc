#include "server/operations/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/operations/bind_policy.h"
#include "server/operations/config_file.h"
#include "server/operations/connection_options.h"
#include "server/operations/machine.h"

namespace moduled::server {
namespace {

// "256MiB", "1GB", "1048576".
constexpr bool kKilobyteIs1000 = true;

// HOST:PORT; the host may be an IPv6 address in brackets.
std::string CheckAddress(const std::string& address) {
  const size_t colon = address.rfind(':');
  const std::string port = colon == std::string::npos ? "" : address.substr(colon + 1);
  const bool digits = !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
  if (colon != 0 && digits && std::stoi(port) <= 65535) return "";
  return "not HOST:PORT (got " + address + ")";
}

void AddFlags(CLI::App& app, Options& options, std::optional<std::string>& cache, double& drain_delay,
              double& drain_timeout) {
  const CLI::AsSizeValue size(!kKilobyteIs1000);
  app.add_option("--repository", options.repository, "The directory that holds the models")->required();
  app.add_option("--cache", cache,
                 "Where choices of algorithms are kept for the next start; empty: nowhere (default: .cache in the "
                 "repository)");
  app.add_option("--listen", options.listen, "HOST:PORT to serve gRPC on; port 0 means one that the system chooses")
      ->check(CheckAddress)
      ->capture_default_str();
  app.add_option("--http", options.http,
                 "HOST:PORT to serve HTTP on: /livez, /readyz, /metrics and /v2 of the Open Inference Protocol; port 0 "
                 "means one that the system chooses, empty none")
      ->check([](const std::string& address) { return address.empty() ? "" : CheckAddress(address); })
      ->capture_default_str();
  app.add_option("--health-listen", options.health_listen,
                 "HOST:PORT to answer grpc.health.v1 on in plaintext, for probes (default: on --listen alone)")
      ->check(CheckAddress);
  app.add_option("--replica-id", options.replica_id, "What hook events call this server (default: the host's name)");
  app.add_option("--compute-threads", options.compute_threads,
                 "Threads that compute, of all requests together (default: one for each processor)")
      ->check(CLI::Range(1, 1024));
  app.add_option("--max-queue", options.max_queue, "Calls that may wait for a thread")
      ->check(CLI::Range(size_t{1}, size_t{1'000'000}))
      ->capture_default_str();
  app.add_option("--max-batch-size", options.max_batch_size,
                 "Rows of calls that run as one, of models whose config.pbtxt does not say; 1: calls are not batched "
                 "(default: as many as pay)")
      ->check(CLI::Range(0, 65536));
  app.add_option("--max-message-bytes", options.max_message_bytes, "Largest message, both ways (default: 256MiB)")
      ->transform(size)
      ->check(CLI::Range(size_t{1024}, static_cast<size_t>(std::numeric_limits<int>::max())));
  app.add_option("--max-inflight-bytes", options.max_inflight_bytes,
                 "What the messages of all calls together may take, requests and replies; then RESOURCE_EXHAUSTED "
                 "(default: a quarter of the memory)")
      ->transform(size);
  app.add_option("--max-hook-bytes", options.max_hook_bytes, "What one call's hooks may see (default: 256MiB)")
      ->transform(size);
  app.add_option("--max-subscriptions", options.max_subscriptions, "Subscriptions that may be open")
      ->capture_default_str();
  app.add_option("--max-subscription-bytes", options.max_subscription_bytes,
                 "What may wait for one slow subscriber (default: 256MiB)")
      ->transform(size);
  app.add_option("--max-model-bytes", options.max_model_bytes,
                 "Parameters and buffers of one model (default: half of the memory)")
      ->transform(size);
  app.add_option("--drain-delay", drain_delay,
                 "Seconds to go on serving after SIGTERM, so that balancers notice (default: 0)")
      ->check(CLI::Range(0.0, 3600.0));
  app.add_option("--drain-timeout", drain_timeout, "Seconds to wait for calls that run, after that (default: 20)")
      ->check(CLI::Range(0.0, 3600.0));
  app.add_option("--log-level", options.log_level, "debug, info, warning, error or off")
      ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}))
      ->capture_default_str();
  app.add_option("--log-format", options.log_format, "text or json: one object a line")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_flag("--log-requests", options.log_requests, "A line for each call that ended, not at level debug alone");
}

// The file that the command line names; empty if it names none.
std::string ConfigFileOf(const std::vector<std::string>& words) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--config" && i + 1 < words.size()) return words[i + 1];
    if (absl::StartsWith(words[i], "--config=")) return words[i].substr(9);
  }
  return "";
}

// The words of the command line, with those of the file that it names before them: the last one counts.
absl::StatusOr<std::vector<std::string>> AllWords(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const std::string path = ConfigFileOf(words);
  if (path.empty()) return words;
  absl::StatusOr<std::vector<std::string>> all = ReadConfigFile(path);
  if (!all.ok())
    return absl::Status(all.status().code(), absl::StrCat("--config: ", path, ": ", all.status().message()));
  all->insert(all->end(), words.begin(), words.end());
  return all;
}

}  // namespace

std::string VersionText() { return MODULED_NUMBER; }

std::string BuildText() { return MODULED_VERSION " " MODULED_BUILD; }

std::variant<Options, int> ParseOptions(int argc, char** argv) {
  Options options;
  double drain_delay = absl::ToDoubleSeconds(options.drain_delay);
  double drain_timeout = absl::ToDoubleSeconds(options.drain_timeout);
  std::optional<std::string> cache;
  CLI::App app("Serves torch.nn-style models over gRPC and lets clients look inside while it does.", "moduled");
  app.set_version_flag("--version", MODULED_VERSION);
  std::string config;
  app.add_option("--config", config, "A file that says what flags say too (moduled.v1.ServerConfig, as text)");
  app.add_flag("--check", options.check, "Look whether the settings and the repository are good, and end");
  AddFlags(app, options, cache, drain_delay, drain_timeout);
  AddSecurityFlags(app, options);
  options.connections.memory = 0;  // Until the flag or the machine says it.
  AddConnectionFlags(app, options.connections);
  for (CLI::Option* option : app.get_options()) {
    if (option->get_expected_max() == 1) option->take_last();
  }
  absl::StatusOr<std::vector<std::string>> words = AllWords(argc, argv);
  if (!words.ok()) {
    std::cerr << "moduled: " << words.status().message() << '\n';
    return 1;
  }
  std::reverse(words->begin(), words->end());  // The library takes them from the end.
  try {
    app.parse(*words);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    std::cerr << "moduled: " << error.what() << '\n';
    return error.get_exit_code();
  }
  options.drain_delay = absl::Seconds(drain_delay);
  options.drain_timeout = absl::Seconds(drain_timeout);
  options.cache = cache.value_or(options.repository + "/.cache");
  if (options.compute_threads == 0) options.compute_threads = UsableProcessors();
  if (options.max_inflight_bytes == 0) {
    options.max_inflight_bytes = std::max(static_cast<size_t>(UsableMemory()) / 4, options.max_message_bytes);
  }
  if (options.max_model_bytes == 0) options.max_model_bytes = UsableMemory() / 2;
  if (options.connections.memory == 0) {
    // Room for messages that arrive, whatever the machine has: two of the largest.
    options.connections.memory = std::max<size_t>(UsableMemory() / 4, 2 * options.max_message_bytes);
  }
  if (const absl::Status status = CheckBinding(options); !status.ok()) {
    std::cerr << "moduled: " << status.message() << '\n';
    return 1;
  }
  if (options.replica_id.empty()) options.replica_id = HostName();
  return options;
}

}  // namespace moduled::server
