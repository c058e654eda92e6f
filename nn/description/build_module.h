// Description -> module tree.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "moduled/v1/module.pb.h"
#include "nn/description/build_options.h"
#include "nn/modules/module.h"

namespace moduled::nn {

// Checks everything that can be checked without running the model. INVALID_ARGUMENT has the form
// `path (Type): field: what was wrong (got X, want Y)`; the root's path is shown as "root".
//
// The tree is in evaluation mode, except modules whose description says otherwise. Layers are initialised in pre-order.
// Lazy layers are resolved, after all others, by a forward on the signature's example shapes; without a signature they
// stay lazy.
absl::StatusOr<std::shared_ptr<Module>> BuildModule(const v1::ModuleDescription& description,
                                                    const BuildOptions& options = {});

}  // namespace moduled::nn
