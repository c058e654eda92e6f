// The functions of an Apply call as the engine takes them.
#pragma once

#include <vector>

#include "nn/layers/apply.h"
#include "proto/contract/apply_function.h"

namespace moduled::server {

std::vector<nn::ApplyFunction> ToEngine(const std::vector<contract::ApplyFunction>& functions);

// Whether one of them may change elements of parameters or buffers.
bool ChangeElements(const std::vector<contract::ApplyFunction>& functions);

}  // namespace moduled::server
