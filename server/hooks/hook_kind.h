// The contract's and the engine's words for when a hook fires.
#pragma once

#include "nn/graph/graph.h"
#include "proto/contract/hooks.h"

namespace moduled::server {

// Both lists are in the same order.
static_assert(static_cast<int>(contract::HookKind::kForwardPre) == static_cast<int>(nn::HookKind::kForwardPre));
static_assert(static_cast<int>(contract::HookKind::kForward) == static_cast<int>(nn::HookKind::kForward));
static_assert(static_cast<int>(contract::HookKind::kFullBackwardPre) ==
              static_cast<int>(nn::HookKind::kFullBackwardPre));
static_assert(static_cast<int>(contract::HookKind::kFullBackward) == static_cast<int>(nn::HookKind::kFullBackward));
static_assert(static_cast<int>(contract::HookKind::kTensorGrad) == static_cast<int>(nn::HookKind::kTensorGrad));

inline nn::HookKind EngineKind(contract::HookKind kind) { return static_cast<nn::HookKind>(kind); }
inline contract::HookKind ContractKind(nn::HookKind kind) { return static_cast<contract::HookKind>(kind); }

}  // namespace moduled::server
