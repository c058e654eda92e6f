// moduled.v1.Inference/Forward as what is called.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cpp/client.h"
#include "client/modulectl/bench/target.h"
#include "proto/contract/inference.h"

namespace moduled::modulectl::bench {

// The contexts of the calls do not count: each has the options' timeout from the moment when it is sent.
absl::StatusOr<Target> ForwardTarget(const std::string& address, const client::ClientOptions& options,
                                     const std::vector<contract::ForwardCall>& calls);

}  // namespace moduled::modulectl::bench
