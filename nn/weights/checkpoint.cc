#include "nn/weights/checkpoint.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/file_error.h"
#include "nn/weights/safetensors.h"
#include "nn/weights/sharded.h"
#include "nn/weights/torch_file.h"

namespace moduled::nn {
namespace {

std::string In(const std::string& directory, const char* file) {
  return (std::filesystem::path(directory) / file).string();
}

// Whether the directory has an entry of that name, be it a link to nothing. An error is an answer to neither.
absl::StatusOr<bool> IsThere(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return FileError(path, errno);
}

}  // namespace

absl::StatusOr<StateDict> ReadWeightsFile(const std::string& path) {
  if (absl::EndsWith(path, ".pt") || absl::EndsWith(path, ".pth")) return ReadTorchFile(path);
  ASSIGN_OR_RETURN(const SafetensorsFile file, SafetensorsFile::Open(path));
  return file.ToStateDict();
}

absl::StatusOr<StateDict> ReadCheckpoint(const std::string& directory) {
  for (const char* name : {kWeightsFile, kIndexFile, kTorchFile, kTorchFileToo}) {
    const std::string path = In(directory, name);
    ASSIGN_OR_RETURN(const bool is_there, IsThere(path));
    if (!is_there) continue;
    absl::StatusOr<StateDict> state_dict = name == kIndexFile ? ReadSharded(path) : ReadWeightsFile(path);
    // A link to nothing must not pass for a model without weights.
    if (absl::IsNotFound(state_dict.status())) return absl::InvalidArgumentError(state_dict.status().message());
    return state_dict;
  }
  return absl::NotFoundError(absl::StrCat("there is neither ", kWeightsFile, " nor ", kIndexFile));
}

absl::Status WriteCheckpoint(const std::string& directory, const StateDict& state_dict) {
  return WriteSafetensors(In(directory, kWeightsFile), state_dict);
}

}  // namespace moduled::nn
