#include "server/operations/logging.h"

#include <grpc/support/log.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace moduled::server {
namespace {

using Level = spdlog::level::level_enum;

std::atomic<LogFormat> log_format = LogFormat::kText;

// As it stands behind "name=".
std::string FieldText(const std::string& value) {
  std::string escaped = absl::Utf8SafeCEscape(value);
  const bool is_plain = !escaped.empty() && escaped.find_first_of(" =\"") == escaped.npos;
  return is_plain ? escaped : absl::StrCat("\"", escaped, "\"");
}

std::string TextLine(absl::string_view text, const LogFields& fields) {
  std::string line = absl::Utf8SafeCEscape(text);
  for (const auto& [name, value] : fields) absl::StrAppend(&line, " ", name, "=", FieldText(value));
  return line;
}

std::string JsonLine(Level level, absl::string_view text, const LogFields& fields) {
  const auto name = spdlog::level::to_string_view(level);
  nlohmann::ordered_json line = {{"time", absl::FormatTime(absl::RFC3339_full, absl::Now(), absl::UTCTimeZone())},
                                 {"level", std::string(name.data(), name.size())},
                                 {"message", std::string(text)}};
  for (const auto& [key, value] : fields) line[key] = value;
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void Write(Level level, absl::string_view text, const LogFields& fields) {
  if (!spdlog::should_log(level)) return;
  const std::string line = log_format == LogFormat::kJson ? JsonLine(level, text, fields) : TextLine(text, fields);
  spdlog::log(level, "{}", line);
}

void ForwardFromGrpc(gpr_log_func_args* args) { Write(Level::debug, absl::StrCat("grpc: ", args->message), {}); }

}  // namespace

void StartLog(const std::string& level, LogFormat format) {
  log_format = format;
  auto logger = std::make_shared<spdlog::logger>("moduled", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern(format == LogFormat::kJson ? "%v" : "%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  logger->set_level(spdlog::level::from_str(level));
  // A log that cannot be written is no reason to say so in it.
  logger->set_error_handler([](const std::string&) {});
  spdlog::set_default_logger(std::move(logger));
  gpr_set_log_function(ForwardFromGrpc);
}

std::string LogLevel() {
  const auto name = spdlog::level::to_string_view(spdlog::default_logger()->level());
  return std::string(name.data(), name.size());
}

absl::Status SetLogLevel(const std::string& level) {
  const auto parsed = spdlog::level::from_str(level);
  // What it does not know it takes for "off".
  if (parsed == spdlog::level::off && level != "off") {
    return absl::InvalidArgumentError("log level: want debug, info, warning, error or off");
  }
  spdlog::default_logger()->set_level(parsed);
  return absl::OkStatus();
}

void LogDebug(absl::string_view text, const LogFields& fields) { Write(Level::debug, text, fields); }
void LogInfo(absl::string_view text, const LogFields& fields) { Write(Level::info, text, fields); }
void LogWarning(absl::string_view text, const LogFields& fields) { Write(Level::warn, text, fields); }

bool IsDebugLogged() { return spdlog::should_log(Level::debug); }
bool IsInfoLogged() { return spdlog::should_log(Level::info); }

void SayWhyNot(absl::string_view text) { std::cerr << "moduled: " << text << std::endl; }

}  // namespace moduled::server
