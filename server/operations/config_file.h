// The file of --config: moduled.v1.ServerConfig in protobuf's text format, as the flags that it stands for. So each
// setting is declared, checked and explained once, where its flag is.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace moduled::server {

// "--listen", "127.0.0.1:8001", ... in the order of their numbers. NOT_FOUND if there is no such file, INVALID_ARGUMENT
// with line and column if it says what no flag does.
absl::StatusOr<std::vector<std::string>> ReadConfigFile(const std::string& path);

}  // namespace moduled::server
