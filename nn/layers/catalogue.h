// Every layer and every function that descriptions may name: one explicit list of each.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nn/layers/layer.h"
#include "nn/modules/function.h"

namespace moduled::nn {

struct LayerInfo {
  absl::string_view name;  // torch's class name, which is the message's name too.
  // Errors say which attribute is wrong: `attribute: what was wrong (got X, want Y)`.
  LayerResult (*create)(const LayerArguments& arguments);
};

absl::Span<const LayerInfo> AllLayers();
absl::Span<const Function> AllFunctions();

// By name. NOT_FOUND names what comes near.
absl::StatusOr<const LayerInfo*> FindLayer(absl::string_view name);
absl::StatusOr<const Function*> FindFunction(absl::string_view name);

}  // namespace moduled::nn
