// What is common to whatever listens.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace moduled::server {

// UNAVAILABLE: the address cannot be listened on.
absl::Status CannotListen(const std::string& listen);

// HOST:PORT with the port that the system chose in place of 0.
std::string WithPort(const std::string& listen, int port);

}  // namespace moduled::server
