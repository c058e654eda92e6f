// Checkpoints in several files: an index and its shards, as Hugging Face's libraries write them.
//
//   model.safetensors.index.json: {"metadata": {…}, "weight_map": {"tensor": "model-00001-of-00002.safetensors", …}}
//
// The index's metadata says for all shards what __metadata__ says for one file; the shards' own counts for nothing.
// metadata.total_size is advice that writers disagree about, and is not looked at.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "nn/tensor/datum.h"

namespace moduled::nn {

// The tensors are views of the mapped shards, which lie beside the index under plain names *.safetensors.
// INVALID_ARGUMENT unless each tensor of the index is in the shard that it names, and each tensor of these shards is in
// the index. NOT_FOUND if there is no index; that a shard is missing is INVALID_ARGUMENT. Errors name files without
// their directory.
absl::StatusOr<StateDict> ReadSharded(const std::string& index_path);

}  // namespace moduled::nn
