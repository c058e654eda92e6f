// A request's change to what flows through a module, forward or backward: a node at the module's boundary.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nn/graph/graph.h"

namespace moduled::nn {

// Each edit is applied to every tensor that hooks of its kind see and may change: the arguments (kForwardPre), the
// result (kForward), the gradients of the results (kFullBackwardPre) or of the arguments (kFullBackward), the gradient
// of a tensor (kTensorGrad); or to one of them.
struct Edit {
  enum class Action : uint8_t {
    kReplace,  // The value becomes the operand.
    kScale,    // times the operand, or `scalar`
    kAdd,      // plus the operand, or `scalar`
    kZero,     // all zero
    kClamp,    // between `min` and `max`
    kSelect,   // all zero but the entries at `indices` along `dim`
  };

  std::string path = "";  // As ModuleCall::path.
  HookKind kind = HookKind::kForward;
  std::optional<int32_t> call_index = std::nullopt;  // One call alone; unset: every call.
  std::optional<int32_t> leaf = std::nullopt;  // One tensor alone, counted in order of a walk; unset: every tensor.
  Action action = Action::kScale;
  double scalar = 1.0;
  std::optional<TensorSpec> operand = std::nullopt;  // A tensor that the request carries: one more input of the graph.
  std::optional<double> min = std::nullopt;
  std::optional<double> max = std::nullopt;
  int64_t dim = 0;  // Counts from the end when negative.
  std::vector<int64_t> indices = {};

  bool operator==(const Edit&) const = default;
};

}  // namespace moduled::nn
