// The weights of a model version: one safetensors file, or shards with an index.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nn/tensor/datum.h"

namespace moduled::nn {

inline constexpr char kWeightsFile[] = "model.safetensors";
inline constexpr char kIndexFile[] = "model.safetensors.index.json";

// Reads model.safetensors if there is one, else model.safetensors.index.json with its shards, from a directory. The
// tensors are views of the mapped files. NOT_FOUND only if there is neither: what is there and cannot be read is
// another error. Errors name files without their directory.
absl::StatusOr<StateDict> ReadCheckpoint(const std::string& directory);

// Writes model.safetensors, all or nothing.
absl::Status WriteCheckpoint(const std::string& directory, const StateDict& state_dict);

}  // namespace moduled::nn
