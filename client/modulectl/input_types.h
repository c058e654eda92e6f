// The inputs of commands that need no more of them than their types.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cpp/client.h"
#include "nn/tensor/shape.h"

namespace moduled::modulectl {

inline constexpr char kInputHelp[] =
    "The shape of an input, e.g. 1x3x224x224; once for each. Default: the signature's examples";

// Shapes from the command line, one text for each input, types from the model's signature. None for no texts.
absl::StatusOr<std::vector<nn::TensorSpec>> ReadInputTypes(client::Client& client, const std::string& model,
                                                           const std::vector<std::string>& shapes);

}  // namespace moduled::modulectl
