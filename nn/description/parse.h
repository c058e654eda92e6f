// Bytes -> description's message. Malformed bytes give an error, nothing on stderr, and no deep recursion.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "moduled/v1/module.pb.h"

namespace moduled::nn {

// The wire format, and protobuf's text format. Text errors say line and column.
absl::StatusOr<v1::ModuleDescription> ParseBinary(absl::string_view bytes);
absl::StatusOr<v1::ModuleDescription> ParseText(const std::string& text);

// A whole file. NOT_FOUND if there is none; INVALID_ARGUMENT if it is too large for a description.
absl::StatusOr<std::string> ReadFile(const std::string& path);

}  // namespace moduled::nn
