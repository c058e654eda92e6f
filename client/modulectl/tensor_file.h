// Tensors in files that the user names: safetensors, or PNG pictures as inputs.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/modulectl/signature.h"
#include "nn/tensor/datum.h"

namespace moduled::modulectl {

using NamedTensors = std::vector<std::pair<std::string, nn::Tensor>>;

// In the order of the file's own list where it has one, else by name.
absl::StatusOr<NamedTensors> ReadTensors(const std::string& path);
absl::Status WriteTensors(const std::string& path, const NamedTensors& tensors);

// A model's arguments out of one file. A safetensors file holds a tensor for each input, by the inputs' names; one with
// a single tensor serves a model with one input whatever its name. A PNG file serves a model with one float input
// [N, C, H, W], C being 1 or 3.
absl::StatusOr<std::vector<nn::Datum>> ReadInputs(const std::string& path, const Signature& signature);

}  // namespace moduled::modulectl
