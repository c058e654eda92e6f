// A version's folder of a model repository, made ready to run in process.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "nn/description/description.h"
#include "nn/plan/model.h"

namespace moduled::bench {

// What the folder describes.
absl::StatusOr<nn::Description> ReadDescription(const std::string& version);

// The described tree with the folder's weights.
absl::StatusOr<std::shared_ptr<nn::Model>> LoadModel(const nn::Description& description, const std::string& version,
                                                     const nn::ModelOptions& options);

}  // namespace moduled::bench
