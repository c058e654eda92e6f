// What models and versions may be called: both become names of directories.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace moduled::server {

// File systems allow no longer names.
inline constexpr size_t kMaxModelName = 255;

// INVALID_ARGUMENT unless `name` can be the name of a directory in the repository and of nothing else.
absl::Status CheckModelName(absl::string_view name);

// A version from a request. Numbers start at 1 and have no leading zeros, so that each has one name.
absl::StatusOr<int64_t> ParseVersion(absl::string_view version);

// `text` in quotes as it may stand in an error or a log: cut when long, control characters shown as escapes.
std::string Quoted(absl::string_view text);

}  // namespace moduled::server
