// Every layer and every function that descriptions may name.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nn/layers/layer_info.h"
#include "nn/modules/function.h"

namespace moduled::nn {

const std::vector<LayerInfo>& AllLayers();
const std::vector<Function>& AllFunctions();

// By name. NOT_FOUND names what comes near.
absl::StatusOr<const LayerInfo*> FindLayer(absl::string_view name);
absl::StatusOr<const Function*> FindFunction(absl::string_view name);

}  // namespace moduled::nn
