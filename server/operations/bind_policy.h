// Where a server may listen that does not know its callers: on loopback.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/operations/options.h"

namespace moduled::server {

// Whether HOST:PORT can be reached from this machine alone. Names other than localhost count as what others can reach.
bool IsLoopback(absl::string_view address);

// FAILED_PRECONDITION names the flag that allows what is refused.
absl::Status CheckBinding(const Options& options);

}  // namespace moduled::server
