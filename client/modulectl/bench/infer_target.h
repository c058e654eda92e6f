// inference.GRPCInferenceService/ModelInfer as what is called: the Open Inference Protocol, as any of its clients has
// it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cpp/client.h"
#include "client/modulectl/bench/target.h"
#include "proto/contract/inference.h"

namespace moduled::modulectl::bench {

// The model and the arguments of the calls, which must be tensors; `selectors` become the parameter `hooks`. Names and
// types of inputs are what the server's ModelMetadata says. Errors are those of one call that is made to try it.
absl::StatusOr<Target> InferTarget(const std::string& address, const client::ClientOptions& options,
                                   const std::vector<contract::ForwardCall>& calls,
                                   const std::vector<std::string>& selectors);

}  // namespace moduled::modulectl::bench
