// The file of --tokens: moduled.v1.AccessFile in protobuf's text format.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/access/access_rules.h"

namespace moduled::server {

// INVALID_ARGUMENT names the line or the credential that is wrong, and never what stands where a token may have been
// put by mistake.
absl::StatusOr<std::shared_ptr<const AccessRules>> ParseAccessFile(const std::string& text);

// The same for a file.
absl::StatusOr<std::shared_ptr<const AccessRules>> ReadAccessFile(const std::string& path);

}  // namespace moduled::server
