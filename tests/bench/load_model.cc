#include "tests/bench/load_model.h"

#include "absl/strings/str_cat.h"
#include "nn/modules/state_dict.h"
#include "nn/tensor/status_macros.h"
#include "nn/weights/checkpoint.h"

namespace moduled::bench {

absl::StatusOr<nn::Description> ReadDescription(const std::string& version) {
  return nn::Description::Read(absl::StrCat(version, "/module.pbtxt"));
}

absl::StatusOr<std::shared_ptr<nn::Model>> LoadModel(const nn::Description& description, const std::string& version,
                                                     const nn::ModelOptions& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<nn::Module> root, description.Build({.initialise = false}));
  ASSIGN_OR_RETURN(const nn::StateDict weights, nn::ReadCheckpoint(version));
  RETURN_IF_ERROR(nn::LoadStateDict(*root, weights).status());
  return std::make_shared<nn::Model>(root, options);
}

}  // namespace moduled::bench
