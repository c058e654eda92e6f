// The parameters and buffers that a module has beyond what it makes itself: description -> module.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "moduled/v1/module.pb.h"
#include "nn/layers/init_context.h"
#include "nn/modules/module.h"

namespace moduled::nn {

// Registers a module's own state in the description's order. `root` is where shared parameters are looked up.
absl::Status BuildParameters(const v1::ModuleDescription& description, const std::shared_ptr<Module>& root,
                             InitContext& context, Module& module);
absl::Status BuildBuffers(const v1::ModuleDescription& description, InitContext& context, Module& module);

// Puts the parameters that a layer shares with earlier modules in the place of those that it made.
absl::Status TieParameters(const v1::ModuleDescription& description, const std::shared_ptr<Module>& root,
                           Module& module);

// Switches requires_grad off for the module's own parameters that the description names.
absl::Status FreezeParameters(const v1::ModuleDescription& description, Module& module);

}  // namespace moduled::nn
