#include "nn/weights/checkpoint.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/safetensors.h"

namespace moduled::nn {

absl::StatusOr<StateDict> ReadCheckpoint(const std::string& directory) {
  const std::filesystem::path weights = std::filesystem::path(directory) / kWeightsFile;
  const std::filesystem::path index = std::filesystem::path(directory) / kIndexFile;
  std::error_code error;
  if (std::filesystem::exists(weights, error)) {
    ASSIGN_OR_RETURN(const SafetensorsFile file, SafetensorsFile::Open(weights.string()));
    absl::StatusOr<StateDict> state_dict = file.ToStateDict();
    if (state_dict.ok()) return state_dict;
    return absl::Status(state_dict.status().code(), absl::StrCat(kWeightsFile, ": ", state_dict.status().message()));
  }
  if (std::filesystem::exists(index, error)) return ReadSharded(index.string());
  return absl::NotFoundError(absl::StrCat("there is neither ", kWeightsFile, " nor ", kIndexFile));
}

absl::Status WriteCheckpoint(const std::string& directory, const StateDict& state_dict) {
  return WriteSafetensors((std::filesystem::path(directory) / kWeightsFile).string(), state_dict);
}

}  // namespace moduled::nn
