#include "client/modulectl/tensor_file.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/modulectl/png_image.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/safetensors.h"

namespace moduled::modulectl {
namespace {

absl::StatusOr<std::vector<nn::Datum>> ReadPicture(const std::string& path, const Signature& signature) {
  if (signature.inputs.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": a picture serves a model with one input (this one has ", signature.inputs.size(), ")"));
  }
  const Port& port = signature.inputs[0];
  const nn::Shape& want = port.spec.shape;
  if (port.spec.dtype != nn::DType::kFloat32 || want.rank() != 4 || (want[1] != 1 && want[1] != 3)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": a picture serves a float32 input of 1 or 3 channels (",
                                                   port.name, " is ", port.ToString(), ")"));
  }
  ASSIGN_OR_RETURN(nn::Tensor picture, ReadPng(path, want[1]));
  for (size_t axis : {1, 2}) {
    if (want[axis + 1] >= 0 && want[axis + 1] != picture.shape()[axis]) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": wrong size (got ", picture.shape()[2], " x ",
                                                     picture.shape()[1], " pixels, ", port.name, " is ",
                                                     port.ToString(), ")"));
    }
  }
  ASSIGN_OR_RETURN(picture, picture.Reshape({1, picture.shape()[0], picture.shape()[1], picture.shape()[2]}));
  return std::vector<nn::Datum>{picture};
}

absl::StatusOr<std::vector<nn::Datum>> ArgumentsByName(const std::string& path, const NamedTensors& tensors,
                                                       const Signature& signature) {
  if (tensors.size() == 1 && signature.inputs.size() <= 1) return std::vector<nn::Datum>{tensors[0].second};
  std::vector<nn::Datum> arguments;
  for (const Port& port : signature.inputs) {
    const auto it = std::find_if(tensors.begin(), tensors.end(), [&](const auto& t) { return t.first == port.name; });
    if (it == tensors.end()) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": no tensor for the input ", port.name));
    }
    arguments.emplace_back(it->second);
  }
  if (tensors.size() != arguments.size()) {
    const auto name = [](std::string* out, const Port& port) { absl::StrAppend(out, port.name); };
    return absl::InvalidArgumentError(absl::StrCat(path, ": tensors that the model does not take (got ", tensors.size(),
                                                   ", want ", absl::StrJoin(signature.inputs, ", ", name), ")"));
  }
  return arguments;
}

}  // namespace

absl::StatusOr<std::vector<nn::Datum>> ReadInputs(const std::string& path, const Signature& signature) {
  if (absl::EndsWithIgnoreCase(path, ".png")) return ReadPicture(path, signature);
  ASSIGN_OR_RETURN(const NamedTensors tensors, ReadTensors(path));
  return ArgumentsByName(path, tensors, signature);
}

absl::StatusOr<NamedTensors> ReadTensors(const std::string& path) {
  ASSIGN_OR_RETURN(const nn::SafetensorsFile file, nn::SafetensorsFile::Open(path));
  ASSIGN_OR_RETURN(nn::StateDict state_dict, file.ToStateDict());
  return std::move(state_dict.tensors);
}

absl::Status WriteTensors(const std::string& path, const NamedTensors& tensors) {
  return nn::WriteSafetensors(path, {tensors, {}});
}

}  // namespace moduled::modulectl
