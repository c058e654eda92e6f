#include "server/rpc/model_codec.h"

#include <string>

#include "server/open_inference/datatype.h"

namespace moduled::server {
namespace {

using open_inference::PortDescription;

constexpr char kPlatform[] = "moduled";

inference::DataType DataTypeOf(nn::DType dtype) {
  switch (dtype) {
    case nn::DType::kFloat32:
      return inference::TYPE_FP32;
    case nn::DType::kFloat64:
      return inference::TYPE_FP64;
    case nn::DType::kFloat16:
      return inference::TYPE_FP16;
    case nn::DType::kBFloat16:
      return inference::TYPE_BF16;
    case nn::DType::kInt64:
      return inference::TYPE_INT64;
    case nn::DType::kInt32:
      return inference::TYPE_INT32;
    case nn::DType::kInt8:
      return inference::TYPE_INT8;
    case nn::DType::kUInt8:
      return inference::TYPE_UINT8;
    case nn::DType::kBool:
      return inference::TYPE_BOOL;
  }
  return inference::TYPE_INVALID;
}

void EncodePort(const PortDescription& port, inference::ModelMetadataResponse::TensorMetadata& message) {
  message.set_name(port.name);
  message.set_datatype(std::string(open_inference::DatatypeName(port.dtype)));
  message.mutable_shape()->Assign(port.shape.begin(), port.shape.end());
}

// Inputs and outputs have the same fields.
template <class Message>
void EncodePort(const PortDescription& port, const open_inference::ModelDescription& model, Message& message) {
  message.set_name(port.name);
  message.set_data_type(DataTypeOf(port.dtype));
  for (const int64_t extent : open_inference::ConfigDims(port, model)) message.add_dims(extent);
}

void EncodeQueue(const QueuePolicy& policy, inference::ModelQueuePolicy& message) {
  message.set_timeout_action(policy.delay ? inference::ModelQueuePolicy::DELAY : inference::ModelQueuePolicy::REJECT);
  if (policy.timeout != absl::InfiniteDuration()) {
    message.set_default_timeout_microseconds(static_cast<uint64_t>(absl::ToInt64Microseconds(policy.timeout)));
  }
  message.set_allow_timeout_override(policy.allow_override);
  message.set_max_queue_size(policy.max_waiting);
}

void EncodeBatching(const ModelConfig& config, inference::ModelDynamicBatching& message) {
  message.set_max_queue_delay_microseconds(static_cast<uint64_t>(absl::ToInt64Microseconds(config.max_queue_delay)));
  message.set_priority_levels(config.priority_levels);
  message.set_default_priority_level(config.default_priority);
  EncodeQueue(config.queue, *message.mutable_default_queue_policy());
  for (const auto& [priority, policy] : config.priority_queues) {
    EncodeQueue(policy, (*message.mutable_priority_queue_policy())[priority]);
  }
}

void EncodeSum(const DurationSum& sum, inference::StatisticDuration& message) {
  message.set_count(sum.count);
  message.set_ns(static_cast<uint64_t>(absl::ToInt64Nanoseconds(sum.sum)));
}

}  // namespace

void Encode(const open_inference::ModelDescription& model, inference::ModelMetadataResponse& message) {
  message.set_name(model.name);
  message.mutable_versions()->Assign(model.versions.begin(), model.versions.end());
  message.set_platform(kPlatform);
  for (const PortDescription& port : model.inputs) EncodePort(port, *message.add_inputs());
  for (const PortDescription& port : model.outputs) EncodePort(port, *message.add_outputs());
}

void Encode(const open_inference::ModelDescription& model, inference::ModelConfig& message) {
  message.set_name(model.name);
  message.set_platform(kPlatform);
  message.set_backend(kPlatform);
  for (const PortDescription& port : model.inputs) EncodePort(port, model, *message.add_input());
  for (const PortDescription& port : model.outputs) EncodePort(port, model, *message.add_output());
  inference::ModelInstanceGroup& group = *message.add_instance_group();
  group.set_name(model.name);
  group.set_kind(inference::ModelInstanceGroup::KIND_CPU);
  group.set_count(model.config.instances);
  message.set_max_batch_size(static_cast<int32_t>(model.max_batch_size));
  if (model.max_batch_size > 0) EncodeBatching(model.config, *message.mutable_dynamic_batching());
  message.mutable_model_transaction_policy()->set_decoupled(false);
}

void Encode(const VersionStatistics& statistics, inference::ModelStatistics& message) {
  message.set_name(statistics.model.name);
  message.set_version(statistics.model.version);
  if (statistics.last != absl::InfinitePast()) {
    message.set_last_inference(static_cast<uint64_t>(absl::ToUnixMillis(statistics.last)));
  }
  message.set_inference_count(statistics.rows);
  message.set_execution_count(statistics.runs);
  inference::InferStatistics& sums = *message.mutable_inference_stats();
  EncodeSum(statistics.success, *sums.mutable_success());
  EncodeSum(statistics.fail, *sums.mutable_fail());
  EncodeSum(statistics.queued, *sums.mutable_queue());
  EncodeSum(statistics.computed, *sums.mutable_compute_infer());
  for (const auto& [rows, computed] : statistics.by_batch) {
    inference::InferBatchStatistics& batch = *message.add_batch_stats();
    batch.set_batch_size(static_cast<uint64_t>(rows));
    EncodeSum(computed, *batch.mutable_compute_infer());
  }
}

}  // namespace moduled::server
