// state_dicts that torch.save wrote: zip archives with a pickle and the storages beside it. Nothing in them is run.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "nn/tensor/datum.h"

namespace moduled::nn {

// The state_dict of a .pt or .pth file: the file's value itself, or what a checkpoint holds under "state_dict",
// "model_state_dict" or "model". Tensors are views of the mapped file where they are contiguous, and copies where not;
// what shares its elements there shares them here. INVALID_ARGUMENT for anything else than tensors and plain
// containers, for TorchScript archives, and for files older than PyTorch 1.6. Errors start with the file's name,
// without its directory.
absl::StatusOr<StateDict> ReadTorchFile(const std::string& path);

}  // namespace moduled::nn
