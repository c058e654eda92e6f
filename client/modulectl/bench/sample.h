// A call that has ended, as the client saw it.
#pragma once

#include <chrono>
#include <cstdint>

namespace moduled::modulectl::bench {

struct Sample {
  int64_t sent = 0;   // Nanoseconds of SteadyNanoseconds.
  int64_t ended = 0;  // The same.
  int code = 0;       // absl::StatusCode, which is gRPC's number.
  bool late = false;  // Sent noticeably later than its schedule said.
};

inline int64_t SteadyNanoseconds() {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace moduled::modulectl::bench
