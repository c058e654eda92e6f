// What bounds a call, as plain values: when it must end, whether its caller still wants it, and its place among others.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "absl/time/time.h"

namespace moduled::contract {

struct CallContext {
  absl::Time deadline = absl::InfiniteFuture();
  std::stop_token cancelled = {};
  uint64_t priority = 0;  // 1 is served first. 0: what the model's configuration says.
  // How long it may wait for its turn, where the model's configuration lets calls say so. Zero: what that says.
  absl::Duration queue_timeout = absl::ZeroDuration();
  std::string trace_parent = {};  // The traceparent of W3C's trace context, checked; empty if there is none.
};

}  // namespace moduled::contract
