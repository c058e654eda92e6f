// torch.nn.functional.interpolate, as layers and functions share it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/modules/trace.h"

namespace moduled::nn {

// The arguments, as they were given.
struct ResizeOptions {
  // Exactly one of the two is not empty. One number stands for all axes.
  std::vector<int64_t> size = {};
  std::vector<double> scale_factor = {};
  std::string mode = "nearest";
  std::optional<bool> align_corners = std::nullopt;
  bool recompute_scale_factor = false;
  bool antialias = false;
};

absl::StatusOr<Symbol> Resize(Trace& trace, Value input, const ResizeOptions& options);

}  // namespace moduled::nn
