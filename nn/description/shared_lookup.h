// Finds what a description shares: a module or parameter that an earlier part of the tree has.
#pragma once

#include <memory>

#include "absl/strings/string_view.h"
#include "nn/modules/module.h"

namespace moduled::nn {

// By full path from the root. Null if there is none.
std::shared_ptr<Module> FindSharedModule(const std::shared_ptr<Module>& root, absl::string_view path);
std::shared_ptr<Parameter> FindSharedParameter(const std::shared_ptr<Module>& root, absl::string_view path);

}  // namespace moduled::nn
