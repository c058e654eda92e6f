#include "proto/contract/codec/plan_codec.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/field.h"
#include "proto/contract/codec/hooks_codec.h"
#include "proto/contract/codec/model_ref_codec.h"
#include "proto/contract/codec/precision_codec.h"
#include "proto/contract/codec/tensor_codec.h"

namespace moduled::contract {
namespace {

using Specs = google::protobuf::RepeatedPtrField<v1::TensorSpec>;

// More than any forward takes.
constexpr int kMaxInputs = 1024;

void EncodeSpecs(const std::vector<nn::TensorSpec>& specs, Specs& messages) {
  for (const nn::TensorSpec& spec : specs) EncodeTensorSpec(spec, *messages.Add());
}

void EncodeStep(const PlanStep& step, v1::PlanStep& message) {
  message.set_op(step.op);
  message.mutable_absorbed()->Assign(step.absorbed.begin(), step.absorbed.end());
  message.set_algorithm(step.algorithm);
  message.set_layout(step.channels_last ? v1::PlanStep::CHANNELS_LAST : v1::PlanStep::PLAIN);
  message.set_path(step.path);
  EncodeSpecs(step.outputs, *message.mutable_outputs());
  message.set_scratch_bytes(step.scratch_bytes);
  message.set_time_ns(absl::ToInt64Nanoseconds(step.time));
}

absl::StatusOr<PlanStep> DecodeStep(const v1::PlanStep& message, const Field& field) {
  PlanStep step{.op = message.op(),
                .absorbed = {message.absorbed().begin(), message.absorbed().end()},
                .algorithm = message.algorithm(),
                .channels_last = message.layout() == v1::PlanStep::CHANNELS_LAST,
                .path = message.path(),
                .scratch_bytes = message.scratch_bytes(),
                .time = absl::Nanoseconds(message.time_ns())};
  for (int i = 0; i < message.outputs_size(); ++i) {
    ASSIGN_OR_RETURN(nn::TensorSpec spec, DecodeTensorSpec(message.outputs(i), Field(field, "outputs", i)));
    step.outputs.push_back(std::move(spec));
  }
  return step;
}

}  // namespace

absl::StatusOr<PlanCall> Decode(const v1::DescribePlanRequest& message) {
  PlanCall call{.model = DecodeModelRef(message.model()),
                .threads = message.threads(),
                .runs = message.has_runs() ? message.runs() : PlanCall::kDefaultRuns,
                .observed = {}};
  if (message.inputs_size() > kMaxInputs) {
    return Field("inputs").Invalid(
        absl::StrCat("too many (got ", message.inputs_size(), ", want at most ", kMaxInputs, ")"));
  }
  if (message.observed_size() > kMaxHooks) {
    return Field("observed")
        .Invalid(absl::StrCat("too many (got ", message.observed_size(), ", want at most ", kMaxHooks, ")"));
  }
  for (int i = 0; i < message.inputs_size(); ++i) {
    ASSIGN_OR_RETURN(nn::TensorSpec spec, DecodeTensorSpec(message.inputs(i), Field("inputs", i)));
    call.inputs.push_back(std::move(spec));
  }
  call.observed.assign(message.observed().begin(), message.observed().end());
  return call;
}

void Encode(const PlanCall& call, v1::DescribePlanRequest& message) {
  EncodeModelRef(call.model, *message.mutable_model());
  EncodeSpecs(call.inputs, *message.mutable_inputs());
  message.set_threads(call.threads);
  message.set_runs(call.runs);
  message.mutable_observed()->Assign(call.observed.begin(), call.observed.end());
}

absl::StatusOr<PlanReply> Decode(const v1::DescribePlanResponse& message) {
  PlanReply reply{.model = DecodeModelRef(message.model()),
                  .precision = DecodePrecision(message.precision()),
                  .threads = message.threads(),
                  .arena_bytes = message.arena_bytes(),
                  .result_bytes = message.result_bytes(),
                  .runs = message.runs(),
                  .time = absl::Nanoseconds(message.time_ns())};
  for (int i = 0; i < message.inputs_size(); ++i) {
    ASSIGN_OR_RETURN(nn::TensorSpec spec, DecodeTensorSpec(message.inputs(i), Field("inputs", i)));
    reply.inputs.push_back(std::move(spec));
  }
  for (int i = 0; i < message.steps_size(); ++i) {
    ASSIGN_OR_RETURN(PlanStep step, DecodeStep(message.steps(i), Field("steps", i)));
    reply.steps.push_back(std::move(step));
  }
  return reply;
}

void Encode(const PlanReply& reply, v1::DescribePlanResponse& message) {
  EncodeModelRef(reply.model, *message.mutable_model());
  message.set_precision(EncodePrecision(reply.precision));
  message.set_threads(reply.threads);
  EncodeSpecs(reply.inputs, *message.mutable_inputs());
  for (const PlanStep& step : reply.steps) EncodeStep(step, *message.add_steps());
  message.set_arena_bytes(reply.arena_bytes);
  message.set_result_bytes(reply.result_bytes);
  message.set_runs(reply.runs);
  message.set_time_ns(absl::ToInt64Nanoseconds(reply.time));
}

}  // namespace moduled::contract
