// The directory that holds the models, as replicas share it:
//
//   <repository>/<model>/config.pbtxt            how all versions are served; may be absent
//   <repository>/<model>/<version>/module.pbtxt  or module.pb
//   <repository>/<model>/<version>/model.safetensors  or model.safetensors.index.json with its shards
//
// A version is immutable. It is written under a temporary name and renamed, so nobody sees half of one, and of two
// writers who want the same number one gets the next. Nothing outside of the directory is read, whatever links say.
// Errors name model, version and file, never the directory.
//
// Stateless but for the directory's name: any thread may call anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/description/description.h"
#include "nn/tensor/datum.h"
#include "server/models/model_config.h"

namespace moduled::server {

class Repository {
 public:
  // NOT_FOUND if there is no such directory, PERMISSION_DENIED if it cannot be read.
  static absl::StatusOr<Repository> Open(const std::string& directory);

  struct Entry {
    std::string name;
    std::vector<int64_t> versions;  // Ascending.
  };
  // The models, by name. Directories whose names no model may have are none.
  absl::StatusOr<std::vector<Entry>> Scan() const;

  // Ascending. NOT_FOUND if there is no such model.
  absl::StatusOr<std::vector<int64_t>> Versions(const std::string& name) const;

  // NOT_FOUND if there is no such model or version.
  absl::Status CheckVersion(const std::string& name, int64_t version) const;

  struct Version {
    nn::Description description;
    std::optional<nn::StateDict> weights;  // Absent where there is no file for them.
    ModelConfig config = {};
  };
  // FAILED_PRECONDITION, and what is wrong with which file, if the version or the model's configuration is not good.
  absl::StatusOr<Version> Read(const std::string& name, int64_t version) const;

  // What a new version holds. What is absent is the base's, as a hard link.
  struct Draft {
    std::optional<nn::Description> description = {};
    std::optional<nn::StateDict> weights = {};
    std::optional<int64_t> base = {};
  };
  // Writes the next version and answers its number, or changes nothing. Makes the model if it is new.
  // FAILED_PRECONDITION if the repository is read-only.
  absl::StatusOr<int64_t> Write(const std::string& name, const Draft& draft) const;

  // Removes a version that nobody has used yet.
  void Discard(const std::string& name, int64_t version) const;

 private:
  explicit Repository(std::string directory) : directory_(std::move(directory)) {}

  // A path inside of the repository with every link followed. NOT_FOUND if there is nothing, FAILED_PRECONDITION if it
  // leads out.
  absl::StatusOr<std::string> Inside(const std::string& relative) const;
  // The path of a version's description, once all of its files are known to be files inside of the repository.
  absl::StatusOr<std::string> FindDescription(const std::string& relative) const;
  absl::StatusOr<ModelConfig> ReadConfig(const std::string& name) const;
  absl::Status Fill(const std::string& directory, const std::string& name, const Draft& draft) const;
  absl::Status LinkBase(const std::string& directory, const std::string& name, const Draft& draft) const;

  std::string directory_;  // Canonical.
};

}  // namespace moduled::server
