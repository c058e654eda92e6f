// How a model is served: what its config.pbtxt says, moduled.v1.ModelConfig in protobuf's text format.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "nn/graph/kernel.h"
#include "proto/contract/precision.h"

namespace moduled::server {

struct ModelConfig {
  nn::Precision precision = nn::Precision::kDefault;
  bool operator==(const ModelConfig&) const = default;
};

contract::Precision ToContract(nn::Precision precision);

// INVALID_ARGUMENT names the line that is wrong. The empty text is the default.
absl::StatusOr<ModelConfig> ParseModelConfig(const std::string& text);
// The same for a file.
absl::StatusOr<ModelConfig> ReadModelConfig(const std::string& path);

}  // namespace moduled::server
