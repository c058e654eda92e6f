// How modulectl ends, so that scripts can tell.
#pragma once

#include "absl/status/status.h"

namespace moduled::modulectl {

enum ExitCode {
  kSuccess = 0,
  kFailure = 1,          // Any failure that has no code of its own.
  kUsage = 2,            // The command line does not make sense.
  kUnavailable = 3,      // The server cannot be reached, or takes no calls now.
  kNotFound = 4,         // No such model, version, module, parameter or file.
  kInvalidArgument = 5,  // The server refused what it was sent, or a file is malformed.
  kTimeout = 6,          // The deadline passed, or the call was cancelled.
};

ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace moduled::modulectl
