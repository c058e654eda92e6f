// What is done for a model before it is ready, so that its first requests are like all others.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "nn/description/signature.h"
#include "nn/plan/model.h"
#include "server/models/load_options.h"
#include "server/models/run_cost.h"

namespace moduled::server {

// Whether the signature says what the inputs may be like, to the last extent.
bool HasExample(const nn::ModelSignature& signature);

// Normal samples of a fixed seed, and zeros where they are no floats: an index that is always good.
absl::StatusOr<nn::CallData> SampleArguments(const std::vector<nn::TensorSpec>& specs);

// Makes the plans for the signature's example, one for each number of threads. INVALID_ARGUMENT says why the model does
// not take its own example. Requires one.
absl::Status WarmUp(nn::Model& model, const nn::ModelSignature& signature, const LoadOptions& options);

// The time of a run of the signature's example, zeros, on one thread: the shortest of a few. Requires an example.
absl::StatusOr<RunCost> MeasureCost(nn::Model& model, const nn::ModelSignature& signature, const LoadOptions& options);

// The largest difference between the elements of the model's outputs and those of the same tree with EXACT precision,
// relative to the largest of them, for the signature's example filled with normal samples. Requires an example.
absl::StatusOr<double> MeasureDeviation(nn::Model& model, std::shared_ptr<const nn::Module> root,
                                        const nn::ModelSignature& signature, const LoadOptions& options);

}  // namespace moduled::server
