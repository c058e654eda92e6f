// Children that layers make for themselves, beside what a description says of them.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "moduled/v1/module.pb.h"
#include "nn/modules/module.h"

namespace moduled::nn {

// Whether a module that a layer has made is what the description says, but for its state and what is below it: then it
// stays, with the numbers that it has drawn.
bool IsAsDescribed(const Module& made, const v1::ModuleDescription& description);

// Refuses a child for which the parent, if it is a layer, has no place.
absl::Status CheckTakesChild(const Module& parent, absl::string_view name);

}  // namespace moduled::nn
