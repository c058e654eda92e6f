// Where a subscription stands: what another one needs to go on with its numbers, on this server or another.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace moduled::server {

struct ResumePoint {
  uint64_t delivered = 0;  // The sequence number after the last event that was delivered.
  uint64_t next = 0;       // That of the next one to come. What is between was lost, and counts as dropped.
};

// "1.<delivered>.<next>"; the first number is the form's.
std::string TokenOf(const ResumePoint& point);
// INVALID_ARGUMENT for what TokenOf has not made. The empty text is the beginning.
absl::StatusOr<ResumePoint> ParseResumeToken(const std::string& token);

}  // namespace moduled::server
