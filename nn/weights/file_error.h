// The status of a failed system call on a file.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace moduled::nn {

// "name: text" of an errno, with the file's name but not its directory. NOT_FOUND, FAILED_PRECONDITION where
// permissions are lacking, RESOURCE_EXHAUSTED where space, memory or descriptors are, else INTERNAL.
absl::Status FileError(const std::string& path, int error);

// The last part of a path.
std::string BaseName(const std::string& path);

}  // namespace moduled::nn
