// The log: one line an event, on standard error.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace moduled::server {

// "debug", "info", "warning", "error" or "off". What gRPC says for itself is shown at "debug" only.
void StartLog(const std::string& level);

// The level, and another one from now on. INVALID_ARGUMENT if there is no such level.
std::string LogLevel();
absl::Status SetLogLevel(const std::string& level);

void LogDebug(absl::string_view text);
void LogInfo(absl::string_view text);
void LogWarning(absl::string_view text);

// The last words of a program that cannot go on: `moduled: <text>`, whatever the level.
void SayWhyNot(absl::string_view text);

}  // namespace moduled::server
