#include "server/models/model_config.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "moduled/v1/model_config.pb.h"
#include "nn/description/parse.h"
#include "nn/description/text_format.h"
#include "nn/tensor/status_macros.h"

namespace moduled::server {
namespace {

// Far deeper than any field is.
constexpr int kMaxMessageDepth = 16;

absl::StatusOr<nn::Precision> PrecisionOf(v1::ModelConfig::Precision precision) {
  switch (precision) {
    case v1::ModelConfig::EXACT:
      return nn::Precision::kExact;
    case v1::ModelConfig::FAST:
      return nn::Precision::kFast;
    case v1::ModelConfig::DEFAULT:
    case v1::ModelConfig::PRECISION_UNSPECIFIED:
      return nn::Precision::kDefault;
    default:  // The text may give any number.
      return absl::InvalidArgumentError(
          absl::StrCat("precision: unknown (got ", static_cast<int>(precision), ", want EXACT, DEFAULT or FAST)"));
  }
}

// Longer than any server waits: what is more is a mistake.
constexpr uint64_t kMostMicroseconds = uint64_t{24} * 3600 * 1'000'000;
constexpr uint64_t kMostPriorities = 1000;
constexpr uint32_t kMostRows = 1 << 16;

absl::Status CheckMost(const char* field, uint64_t got, uint64_t most) {
  if (got <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, ": too large (got ", got, ", want at most ", most, ")"));
}

absl::StatusOr<QueuePolicy> QueuePolicyOf(const v1::QueuePolicy& message) {
  if (!v1::QueuePolicy::TimeoutAction_IsValid(message.timeout_action())) {
    return absl::InvalidArgumentError(
        absl::StrCat("timeout_action: unknown (got ", static_cast<int>(message.timeout_action()), ")"));
  }
  RETURN_IF_ERROR(CheckMost("default_timeout_microseconds", message.default_timeout_microseconds(), kMostMicroseconds));
  QueuePolicy policy;
  if (message.default_timeout_microseconds() > 0) {
    policy.timeout = absl::Microseconds(static_cast<int64_t>(message.default_timeout_microseconds()));
  }
  policy.delay = message.timeout_action() == v1::QueuePolicy::DELAY;
  policy.allow_override = message.allow_timeout_override();
  policy.max_waiting = message.max_queue_size();
  return policy;
}

absl::Status ReadBatching(const v1::DynamicBatching& message, ModelConfig& config) {
  RETURN_IF_ERROR(CheckMost("max_queue_delay_microseconds", message.max_queue_delay_microseconds(), kMostMicroseconds));
  config.max_queue_delay = absl::Microseconds(static_cast<int64_t>(message.max_queue_delay_microseconds()));
  RETURN_IF_ERROR(CheckMost("priority_levels", message.priority_levels(), kMostPriorities));
  config.priority_levels = std::max<uint64_t>(message.priority_levels(), 1);
  RETURN_IF_ERROR(CheckMost("default_priority_level", message.default_priority_level(), config.priority_levels));
  config.default_priority =
      message.default_priority_level() == 0 ? config.priority_levels : message.default_priority_level();
  ASSIGN_OR_RETURN(config.queue, QueuePolicyOf(message.default_queue_policy()));
  for (const auto& [priority, policy] : message.priority_queue_policy()) {
    if (priority == 0 || priority > config.priority_levels) {
      return absl::InvalidArgumentError(absl::StrCat("priority_queue_policy: no such priority (got ", priority,
                                                     ", want 1 to ", config.priority_levels, ")"));
    }
    ASSIGN_OR_RETURN(config.priority_queues[priority], QueuePolicyOf(policy));
  }
  return absl::OkStatus();
}

}  // namespace

contract::Precision ToContract(nn::Precision precision) {
  switch (precision) {
    case nn::Precision::kExact:
      return contract::Precision::kExact;
    case nn::Precision::kDefault:
      return contract::Precision::kDefault;
    case nn::Precision::kFast:
      return contract::Precision::kFast;
  }
  return contract::Precision::kDefault;
}

absl::StatusOr<ModelConfig> ParseModelConfig(const std::string& text) {
  v1::ModelConfig message;
  RETURN_IF_ERROR(nn::ParseTextFormat(text, kMaxMessageDepth, message));
  ModelConfig config;
  ASSIGN_OR_RETURN(config.precision, PrecisionOf(message.precision()));
  RETURN_IF_ERROR(CheckMost("max_batch_size", message.max_batch_size(), kMostRows));
  config.max_batch_size = message.max_batch_size();
  RETURN_IF_ERROR(CheckMost("instances", message.instances(), kMostPriorities));
  config.instances = static_cast<int>(message.instances());
  RETURN_IF_ERROR(ReadBatching(message.dynamic_batching(), config));
  return config;
}

absl::StatusOr<ModelConfig> ReadModelConfig(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, nn::ReadFile(path));
  return ParseModelConfig(text);
}

}  // namespace moduled::server
