// Names out of files, as error texts show them.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace moduled::nn {

// In quotes, with control characters escaped, and cut: a hostile name must not fill a log or end a line of it.
std::string Quote(absl::string_view name);

}  // namespace moduled::nn
