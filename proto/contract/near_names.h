// Names like one that is not there, so that the text of a NOT_FOUND can say what was perhaps meant.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace moduled::contract {

// "; did you mean \"layer1\" or \"layer2\"?" for up to three names that are close, nearest first. "" if none is.
std::string DidYouMean(absl::string_view name, absl::Span<const std::string> names);

}  // namespace moduled::contract
