// The parameters of a request, and what they mean.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/contract/hooks.h"

namespace moduled::server::open_inference {

using Parameter = std::variant<bool, int64_t, uint64_t, double, std::string>;
using Parameters = std::map<std::string, Parameter>;

struct RequestParameters {
  std::vector<contract::Hook> hooks;
  uint64_t priority = 0;
  absl::Duration timeout = absl::ZeroDuration();
  std::optional<uint64_t> seed;
};

// Of a request:
//   hooks     selectors of modules, separated by commas or as a list in JSON: exact paths, '' for the root, globs,
//             "type:Conv2d", "regex:..."; their outputs come back as further outputs
//   priority  of the queue; 1 is the first to be served, 0 the model's default
//   timeout   microseconds that it may wait in the queue
//   seed      of what is random in the model
// INVALID_ARGUMENT names the one that is unknown or of the wrong type, UNIMPLEMENTED one of Triton's that this server
// has no use for: to ignore it would be to answer something else than was asked.
absl::StatusOr<RequestParameters> ParseRequestParameters(const Parameters& parameters);

// Of an input or an output: none is known. `field` is where they are.
absl::Status CheckTensorParameters(const Parameters& parameters, const std::string& field);

}  // namespace moduled::server::open_inference
