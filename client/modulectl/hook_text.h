// Hooks and their events on the command line.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/modulectl/tensor_file.h"
#include "proto/contract/hooks.h"

namespace moduled::modulectl {

// "layer1.* | kind=full_backward | mean=0": a selector, and steps behind bars with blanks around them (see
// hook_steps.h). A selector is a path, or a pattern if it has `*` or `?`; "type:Conv2d" and "regex:EXPRESSION" say what
// they are. `kind` is that of hooks without a step that says another.
absl::StatusOr<contract::Hook> ParseHook(const std::string& text, contract::HookKind kind);
// Each of `texts`, of the kind of that name.
absl::StatusOr<std::vector<contract::Hook>> ParseHooks(const std::vector<std::string>& texts, const std::string& kind);

// "forward", "forward_pre", "full_backward_pre", "full_backward" or "tensor_grad".
absl::StatusOr<contract::HookKind> ParseHookKind(const std::string& name);

// "layer1.0.conv1", "''" for the root, "relu#1" for the second call of a module.
std::string EventName(const contract::HookEvent& event);

// "forward  layer1.0.conv1 (Conv2d)  float32[1, 64, 56, 56]  mean ...".
std::string EventLine(const contract::HookEvent& event);

// The tensors that an event shows: what its kind is about. Named by module and place.
NamedTensors EventTensors(const contract::HookEvent& event);

// What help says about hooks.
inline constexpr char kHookHelp[] =
    "A module to look at: path, pattern, type:NAME or regex:EXPRESSION, and steps behind it, each after ' | ': "
    "kind=, call=, slice=, mean, sum, max, min, norm, std, topk=, histogram=, cast=, replace=, scale=, add=, zero, "
    "clamp=, select=";
inline constexpr char kKindHelp[] =
    "When the hooks fire: forward, forward_pre, full_backward_pre, full_backward or tensor_grad";

}  // namespace moduled::modulectl
