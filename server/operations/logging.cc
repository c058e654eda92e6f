#include "server/operations/logging.h"

#include <grpc/support/log.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <iostream>
#include <memory>

namespace moduled::server {
namespace {

void ForwardFromGrpc(gpr_log_func_args* args) { spdlog::debug("grpc: {}", args->message); }

fmt::string_view View(absl::string_view text) { return {text.data(), text.size()}; }

}  // namespace

void StartLog(const std::string& level) {
  auto logger = std::make_shared<spdlog::logger>("moduled", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  logger->set_level(spdlog::level::from_str(level));
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

void LogDebug(absl::string_view text) { spdlog::debug(View(text)); }
void LogInfo(absl::string_view text) { spdlog::info(View(text)); }
void LogWarning(absl::string_view text) { spdlog::warn(View(text)); }

void SayWhyNot(absl::string_view text) { std::cerr << "moduled: " << text << std::endl; }

}  // namespace moduled::server
