#include "tests/bench/repository.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "tests/bench/load_model.h"

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
  const std::string version = (model / "1").string();
  ASSIGN_OR_RETURN(const nn::Description description, ReadDescription(version));
  ASSIGN_OR_RETURN(std::shared_ptr<nn::Model> loaded, LoadModel(description, version, {}));
  ASSIGN_OR_RETURN(const nn::ModelSignature signature, description.Signature());
  ASSIGN_OR_RETURN(nn::CallData example, Example(signature));
  return BenchModel{model.filename().string(), std::move(loaded), std::move(example)};
}

}  // namespace

absl::StatusOr<std::vector<BenchModel>> LoadRepository(const std::string& directory) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    // As the server: its cache is no model.
    if (entry.is_directory() && entry.path().filename().string()[0] != '.') paths.push_back(entry.path());
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
