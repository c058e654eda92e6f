// What can end a run early. Looked at between steps.
#pragma once

#include <stop_token>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace moduled::nn {

struct RunControl {
  absl::Time deadline = absl::InfiniteFuture();
  std::stop_token cancelled;

  absl::Status Check() const {
    if (cancelled.stop_requested()) return absl::CancelledError("the call was cancelled while the model ran");
    if (deadline != absl::InfiniteFuture() && absl::Now() >= deadline) {
      return absl::DeadlineExceededError("the deadline passed while the model ran");
    }
    return absl::OkStatus();
  }
};

}  // namespace moduled::nn
