// The safetensors format: a length, a JSON header, and the tensors' bytes.
//
//   u64 N | N bytes of JSON {"name": {"dtype", "shape", "data_offsets": [begin, end]}, "__metadata__": {…}} | bytes
//
// Reading believes nothing: every offset, extent and length is checked before it is used. Errors start with the file's
// name, without its directory.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "nn/tensor/datum.h"

namespace moduled::nn {

class SafetensorsFile {
 public:
  using Tensors = std::vector<std::pair<std::string, Tensor>>;
  using Metadata = std::vector<std::pair<std::string, std::string>>;

  // Maps the file. The tensors are views of it; one that is not aligned for its type is copied.
  static absl::StatusOr<SafetensorsFile> Open(const std::string& path);
  // The same for bytes that `owner` keeps alive. `name` is what errors call them.
  static absl::StatusOr<SafetensorsFile> Parse(const std::string& name, absl::Span<const uint8_t> bytes,
                                               std::shared_ptr<const void> owner);

  // In the order of the header, which is that of the file where a good writer wrote it.
  const Tensors& tensors() const { return tensors_; }
  const Metadata& metadata() const { return metadata_; }

  // What the writer below, or PyTorch's save_model, was given: shared tensors under each of their names, in state_dict
  // order where the metadata says it, and the modules' state versions. INVALID_ARGUMENT if that contradicts the
  // tensors.
  absl::StatusOr<StateDict> ToStateDict() const;

 private:
  std::string name_;
  Tensors tensors_;
  Metadata metadata_;
};

// Writes under a temporary name, syncs and renames: nobody ever sees half of a file. A tensor that stands under several
// names is stored once. Errors name the file without its directory.
absl::Status WriteSafetensors(const std::string& path, const StateDict& state_dict);

}  // namespace moduled::nn
