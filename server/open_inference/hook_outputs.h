// What hooks saw, as further outputs: intermediate features for clients that know nothing of hooks.
#pragma once

#include <vector>

#include "proto/contract/hooks.h"
#include "server/open_inference/infer.h"

namespace moduled::server::open_inference {

// Adds what FORWARD events carry. An output is named by its module's path, "layer1.0", "''" for the root; a second call
// of the same module is "layer1.0#1". Of tuples and dicts each tensor is one: "lstm[0]", "lstm[1][0]", "fpn[\"p2\"]".
// Names that an output has already get "hook:" before them.
void AddHookOutputs(const std::vector<contract::HookEvent>& events, std::vector<NamedTensor>& outputs);

}  // namespace moduled::server::open_inference
