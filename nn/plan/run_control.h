// What a caller says of one run: what can end it early, which is looked at between steps, and its seed.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace moduled::nn {

struct RunControl {
  absl::Time deadline = absl::InfiniteFuture();
  std::stop_token cancelled;
  std::optional<uint64_t> seed = std::nullopt;  // Of what is random in the run; unset: every run draws the same.

  absl::Status Check() const {
    if (cancelled.stop_requested()) return absl::CancelledError("the call was cancelled while the model ran");
    if (deadline != absl::InfiniteFuture() && absl::Now() >= deadline) {
      return absl::DeadlineExceededError("the deadline passed while the model ran");
    }
    return absl::OkStatus();
  }
};

}  // namespace moduled::nn
