// The log: one line an event, on standard error, for people (text) or for machines (JSON).
//
// Whatever a client or a file has put into a text, a line stays one line and a field one field: control characters are
// escaped.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace moduled::server {

enum class LogFormat { kText, kJson };

// "debug", "info", "warning", "error" or "off". What gRPC says for itself is shown at "debug" only.
void StartLog(const std::string& level, LogFormat format);

// The level, and another one from now on. INVALID_ARGUMENT if there is no such level.
std::string LogLevel();
absl::Status SetLogLevel(const std::string& level);

// Names are those of the program: lower case, with underscores.
using LogFields = std::vector<std::pair<const char*, std::string>>;

void LogDebug(absl::string_view text, const LogFields& fields = {});
void LogInfo(absl::string_view text, const LogFields& fields = {});
void LogWarning(absl::string_view text, const LogFields& fields = {});
// Whether such lines are written: for those who would have to make their fields first.
bool IsDebugLogged();
bool IsInfoLogged();

// The last words of a program that cannot go on: `moduled: <text>`, whatever the level.
void SayWhyNot(absl::string_view text);

}  // namespace moduled::server
