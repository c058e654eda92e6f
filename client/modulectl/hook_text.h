// Hooks and their events on the command line.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/modulectl/tensor_file.h"
#include "proto/contract/hooks.h"

namespace moduled::modulectl {

// A selector is a path, or a pattern if it has `*` or `?`; "type:Conv2d" and "regex:EXPRESSION" say what they are.
contract::Hook ParseHook(const std::string& selector, contract::HookKind kind);

// "forward" or "forward_pre".
absl::StatusOr<contract::HookKind> ParseHookKind(const std::string& name);
std::string HookKindName(contract::HookKind kind);

// "layer1.0.conv1", "''" for the root, "relu#1" for the second call of a module.
std::string EventName(const contract::HookEvent& event);

// The tensors that an event shows: its output, or its inputs before forward. Named by module and place.
NamedTensors EventTensors(const contract::HookEvent& event);

}  // namespace moduled::modulectl
