#include "tests/bench/repository.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/description/description.h"
#include "nn/modules/state_dict.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/checkpoint.h"

namespace moduled::bench {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<nn::CallData> Example(const nn::ModelSignature& signature) {
  nn::CallData example;
  for (const nn::ModelPort& port : signature.inputs) {
    if (!port.example_shape.has_value())
      return absl::InvalidArgumentError(absl::StrCat(port.name, ": the signature has no example"));
    ASSIGN_OR_RETURN(nn::Tensor zeros, nn::Tensor::Zeros({port.dtype, *port.example_shape}));
    example.args.emplace_back(std::move(zeros));
  }
  return example;
}

absl::StatusOr<BenchModel> Load(const fs::path& model) {
  const fs::path version = model / "1";
  ASSIGN_OR_RETURN(const nn::Description description, nn::Description::Read((version / "module.pbtxt").string()));
  ASSIGN_OR_RETURN(const std::shared_ptr<nn::Module> root, description.Build({.initialise = false}));
  ASSIGN_OR_RETURN(const nn::StateDict weights, nn::ReadCheckpoint(version.string()));
  RETURN_IF_ERROR(nn::LoadStateDict(*root, weights).status());
  ASSIGN_OR_RETURN(const nn::ModelSignature signature, description.Signature());
  ASSIGN_OR_RETURN(nn::CallData example, Example(signature));
  return BenchModel{model.filename().string(), std::make_shared<nn::Model>(root, nn::ModelOptions{}),
                    std::move(example)};
}

}  // namespace

absl::StatusOr<std::vector<BenchModel>> LoadRepository(const std::string& directory) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.is_directory()) paths.push_back(entry.path());
  }
  if (error) return absl::NotFoundError(absl::StrCat(directory, ": ", error.message()));
  std::sort(paths.begin(), paths.end());
  std::vector<BenchModel> models;
  for (const fs::path& path : paths) {
    ASSIGN_OR_RETURN(BenchModel model, Load(path));
    models.push_back(std::move(model));
  }
  return models;
}

}  // namespace moduled::bench
