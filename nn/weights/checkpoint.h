// The weights of a model version: one safetensors file, shards with an index, or what torch.save wrote.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nn/tensor/datum.h"

namespace moduled::nn {

inline constexpr char kWeightsFile[] = "model.safetensors";
inline constexpr char kIndexFile[] = "model.safetensors.index.json";
inline constexpr char kTorchFile[] = "model.pt";
inline constexpr char kTorchFileToo[] = "model.pth";

// Reads the first of model.safetensors, model.safetensors.index.json with its shards, model.pt and model.pth that is
// there, from a directory. The tensors are views of the mapped files. NOT_FOUND only if there is none: what is there
// and cannot be read is another error. Errors name files without their directory.
absl::StatusOr<StateDict> ReadCheckpoint(const std::string& directory);

// Reads a single file: of torch.save if its name ends in .pt or .pth, else of safetensors.
absl::StatusOr<StateDict> ReadWeightsFile(const std::string& path);

// Writes model.safetensors, all or nothing.
absl::Status WriteCheckpoint(const std::string& directory, const StateDict& state_dict);

}  // namespace moduled::nn
