// The log: one line an event, on standard error.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace moduled::server {

// "debug", "info", "warning", "error" or "off". What gRPC says for itself is shown at "debug" only.
void StartLog(const std::string& level);

void LogInfo(absl::string_view text);
void LogWarning(absl::string_view text);

// The last words of a program that cannot go on: `moduled: <text>`, whatever the level.
void SayWhyNot(absl::string_view text);

}  // namespace moduled::server
