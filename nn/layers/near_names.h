// Names that are close to one that is not there, for error texts.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace moduled::nn {

// "; did you mean Conv2d?", or "" if nothing is close.
std::string NearNames(absl::string_view name, const std::vector<absl::string_view>& known);

}  // namespace moduled::nn
