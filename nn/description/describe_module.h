// Module tree -> description: the inverse of BuildModule.
#pragma once

#include "absl/status/statusor.h"
#include "moduled/v1/module.pb.h"
#include "nn/modules/module.h"

namespace moduled::nn {

// Describing what was built from a description yields that description, without its signature. Where descriptions can
// say the same in several ways the shortest is yielded: evaluation mode, float32, persistent and zero are left unset,
// and a shared module stands under its first name. UNIMPLEMENTED for modules that no description can express.
absl::StatusOr<v1::ModuleDescription> DescribeModule(const Module& root);

}  // namespace moduled::nn
