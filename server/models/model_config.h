// How a model is served: what its config.pbtxt says, moduled.v1.ModelConfig in protobuf's text format.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "nn/graph/kernel.h"
#include "proto/contract/precision.h"

namespace moduled::server {

// How calls of one priority wait.
struct QueuePolicy {
  absl::Duration timeout = absl::InfiniteDuration();
  bool delay = false;           // What has waited for too long runs later; otherwise it is refused.
  bool allow_override = false;  // Calls may ask for a shorter timeout.
  uint32_t max_waiting = 0;     // 0: the server's limit alone.
  bool operator==(const QueuePolicy&) const = default;
};

struct ModelConfig {
  nn::Precision precision = nn::Precision::kDefault;
  int64_t max_batch_size = 0;  // 0: as many rows as pay.
  int instances = 0;           // 0: as many runs at once as there are threads.
  absl::Duration max_queue_delay = absl::ZeroDuration();
  uint64_t priority_levels = 1;
  uint64_t default_priority = 1;
  QueuePolicy queue;
  std::map<uint64_t, QueuePolicy> priority_queues;  // Where a priority has its own.
  bool operator==(const ModelConfig&) const = default;
};

contract::Precision ToContract(nn::Precision precision);

// INVALID_ARGUMENT names the line that is wrong. The empty text is the default.
absl::StatusOr<ModelConfig> ParseModelConfig(const std::string& text);
// The same for a file.
absl::StatusOr<ModelConfig> ReadModelConfig(const std::string& path);

}  // namespace moduled::server
