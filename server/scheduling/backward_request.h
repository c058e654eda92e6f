// A request for a backward pass, as the engine takes it.
#pragma once

#include "absl/status/statusor.h"
#include "nn/modules/module.h"
#include "nn/plan/backward_call.h"
#include "proto/contract/backward.h"

namespace moduled::server {

// NOT_FOUND, with near names, for a loss layer or a parameter that the tree does not have. Patterns select parameters
// with requires_grad.
absl::StatusOr<nn::BackwardCall> ResolveBackward(const contract::BackwardCall& call, const nn::Module& root);

}  // namespace moduled::server
