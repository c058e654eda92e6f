#include "server/models/loaded_model.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/modules/state_dict.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/checkpoint.h"
#include "server/models/warm_up.h"

namespace moduled::server {
namespace {

// Whatever is in the repository, the server may be full or on its way out.
bool IsNoFaultOfTheRepository(const absl::Status& status) {
  return absl::IsResourceExhausted(status) || absl::IsUnavailable(status);
}

}  // namespace

absl::StatusOr<std::shared_ptr<nn::Module>> BuildTree(const Repository::Version& content, int64_t max_bytes) {
  // Weights are loaded over every parameter, strictly: initialising them first would be wasted.
  ASSIGN_OR_RETURN(std::shared_ptr<nn::Module> root,
                   content.description.Build({.initialise = false, .max_parameter_bytes = max_bytes}));
  RETURN_IF_ERROR(content.description.Signature().status());
  if (content.weights.has_value()) {
    RETURN_IF_ERROR(nn::LoadStateDict(*root, *content.weights).status());
  } else if (!nn::GetStateDict(*root).tensors.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("there is neither ", nn::kWeightsFile, " nor ", nn::kIndexFile));
  }
  return root;
}

absl::StatusOr<ModelHandle> LoadedModel::Load(const Repository& repository, const std::string& name, int64_t version,
                                              const LoadOptions& options) {
  ASSIGN_OR_RETURN(Repository::Version content, repository.Read(name, version));
  absl::StatusOr<ModelHandle> model = Make(name, version, std::move(content), options);
  if (model.ok() || IsNoFaultOfTheRepository(model.status())) return model;
  // What is wrong in the repository is not the caller's argument.
  return absl::FailedPreconditionError(absl::StrCat(name, "/", version, ": ", model.status().message()));
}

absl::StatusOr<ModelHandle> LoadedModel::Make(const std::string& name, int64_t version, Repository::Version content,
                                              const LoadOptions& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<nn::Module> root, BuildTree(content, options.max_bytes));
  ASSIGN_OR_RETURN(nn::ModelSignature signature, content.description.Signature());
  content.weights.reset();  // The tree has them now.
  const std::shared_ptr<LoadedModel> model(
      new LoadedModel(name, version, std::move(content), std::move(signature), root, options),
      [released = options.on_released](const LoadedModel* gone) {
        delete gone;
        if (released) released();
      });
  RETURN_IF_ERROR(model->Prepare(root, options));
  return ModelHandle(model);
}

LoadedModel::LoadedModel(const std::string& name, int64_t version, Repository::Version content,
                         nn::ModelSignature signature, std::shared_ptr<const nn::Module> root,
                         const LoadOptions& options)
    : ref_{name, absl::StrCat(version)},
      version_(version),
      description_(std::move(content.description)),
      signature_(std::move(signature)),
      config_(content.config),
      model_(std::make_unique<nn::Model>(
          std::move(root), nn::ModelOptions{.precision = config_.precision, .algorithms = options.algorithms})) {}

absl::Status LoadedModel::Prepare(std::shared_ptr<const nn::Module> root, const LoadOptions& options) {
  example_ = RunExample(std::move(root), options);
  return absl::IsInvalidArgument(example_) ? absl::OkStatus() : example_;
}

absl::Status LoadedModel::RunExample(std::shared_ptr<const nn::Module> root, const LoadOptions& options) {
  if (!HasExample(signature_)) return absl::OkStatus();
  RETURN_IF_ERROR(WarmUp(*model_, signature_, options));
  if (options.thread_shares.size() > 1) {  // One thread needs no judgement.
    ASSIGN_OR_RETURN(cost_, MeasureCost(*model_, signature_, options));
  }
  const int64_t max_rows = config_.max_batch_size > 0 ? config_.max_batch_size : options.max_batch_size;
  ASSIGN_OR_RETURN(batching_, FindBatching(*model_, signature_, max_rows, options));
  if (config_.precision == nn::Precision::kFast) {
    ASSIGN_OR_RETURN(deviation_, MeasureDeviation(*model_, std::move(root), signature_, options));
  }
  return absl::OkStatus();
}

}  // namespace moduled::server
