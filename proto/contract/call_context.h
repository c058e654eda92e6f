// What bounds a call, as plain values: when it must end, and whether its caller still wants it.
#pragma once

#include <stop_token>
#include <string>

#include "absl/time/time.h"

namespace moduled::contract {

struct CallContext {
  absl::Time deadline = absl::InfiniteFuture();
  std::stop_token cancelled;
};

}  // namespace moduled::contract
