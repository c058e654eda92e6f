// A request's change to what flows through a module: a node at the module's boundary.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nn/graph/graph.h"

namespace moduled::nn {

// Each edit is applied to every tensor that the module receives (kForwardPre) or returns (kForward), or to one of them.
struct Edit {
  enum class Action : uint8_t {
    kReplace,  // The value becomes the tensor that the request carries: one more input of the graph.
    kScale,    // times `scalar`
    kAdd,      // plus `scalar`
    kZero,     // all zero
    kClamp,    // between `min` and `max`
  };

  std::string path = "";  // The module's first name.
  HookKind kind = HookKind::kForward;
  std::optional<int32_t> call_index = std::nullopt;  // One call alone; unset: every call.
  std::optional<int32_t> leaf = std::nullopt;  // One tensor alone, counted in order of a walk; unset: every tensor.
  Action action = Action::kScale;
  double scalar = 1.0;
  std::optional<double> min = std::nullopt;
  std::optional<double> max = std::nullopt;
  std::optional<TensorSpec> replacement = std::nullopt;  // kReplace: the type of the tensor that the request carries.

  bool operator==(const Edit&) const = default;
};

}  // namespace moduled::nn
