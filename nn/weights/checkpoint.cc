#include "nn/weights/checkpoint.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/file_error.h"
#include "nn/weights/safetensors.h"
#include "nn/weights/sharded.h"

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

absl::StatusOr<StateDict> ReadSingle(const std::string& path) {
  ASSIGN_OR_RETURN(const SafetensorsFile file, SafetensorsFile::Open(path));
  return file.ToStateDict();
}

}  // namespace

absl::StatusOr<StateDict> ReadCheckpoint(const std::string& directory) {
  const std::string weights = In(directory, kWeightsFile);
  const std::string index = In(directory, kIndexFile);
  ASSIGN_OR_RETURN(const bool is_single, IsThere(weights));
  ASSIGN_OR_RETURN(const bool is_sharded, IsThere(index));
  if (!is_single && !is_sharded) {
    return absl::NotFoundError(absl::StrCat("there is neither ", kWeightsFile, " nor ", kIndexFile));
  }
  absl::StatusOr<StateDict> state_dict = is_single ? ReadSingle(weights) : ReadSharded(index);
  // A link to nothing must not pass for a model without weights.
  if (absl::IsNotFound(state_dict.status())) return absl::InvalidArgumentError(state_dict.status().message());
  return state_dict;
}

absl::Status WriteCheckpoint(const std::string& directory, const StateDict& state_dict) {
  return WriteSafetensors(In(directory, kWeightsFile), state_dict);
}

}  // namespace moduled::nn
