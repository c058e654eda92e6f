#include "server/models/loaded_model.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/modules/state_dict.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/checkpoint.h"

namespace moduled::server {

absl::StatusOr<ModelHandle> LoadedModel::Load(const Repository& repository, const std::string& name, int64_t version,
                                              int64_t max_bytes) {
  ASSIGN_OR_RETURN(Repository::Version content, repository.Read(name, version));
  absl::StatusOr<ModelHandle> model = Make(name, version, std::move(content), max_bytes);
  if (model.ok() || absl::IsResourceExhausted(model.status())) return model;
  // What is wrong in the repository is not the caller's argument.
  return absl::FailedPreconditionError(absl::StrCat(name, "/", version, ": ", model.status().message()));
}

absl::StatusOr<ModelHandle> LoadedModel::Make(const std::string& name, int64_t version, Repository::Version content,
                                              int64_t max_bytes) {
  // Weights are loaded over every parameter, strictly: initialising them first would be wasted.
  ASSIGN_OR_RETURN(const std::shared_ptr<nn::Module> root,
                   content.description.Build({.initialise = false, .max_parameter_bytes = max_bytes}));
  ASSIGN_OR_RETURN(nn::ModelSignature signature, content.description.Signature());
  if (content.weights.has_value()) {
    RETURN_IF_ERROR(nn::LoadStateDict(*root, *content.weights).status());
  } else if (!nn::GetStateDict(*root).tensors.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("there is neither ", nn::kWeightsFile, " nor ", nn::kIndexFile));
  }
  return ModelHandle(new LoadedModel(name, version, std::move(content.description), std::move(signature), root));
}

LoadedModel::LoadedModel(const std::string& name, int64_t version, nn::Description description,
                         nn::ModelSignature signature, std::shared_ptr<const nn::Module> root)
    : ref_{name, absl::StrCat(version)},
      version_(version),
      description_(std::move(description)),
      signature_(std::move(signature)),
      model_(std::make_unique<nn::Model>(std::move(root), nn::ModelOptions())) {}

}  // namespace moduled::server
