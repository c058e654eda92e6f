// How a layer is known by name: each category lists its own.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/layers/layer.h"

namespace moduled::nn {

struct LayerInfo {
  absl::string_view name;  // torch's class name, which is the message's name too.
  // Errors say which attribute is wrong: `attribute: what was wrong (got X, want Y)`.
  LayerResult (*create)(const LayerArguments& arguments);
};

}  // namespace moduled::nn
