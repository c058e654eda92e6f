#include "proto/contract/codec/backward_codec.h"

#include <utility>

#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/event_codec.h"
#include "proto/contract/codec/hooks_codec.h"
#include "proto/contract/codec/model_ref_codec.h"
#include "proto/contract/codec/optional_field.h"
#include "proto/contract/codec/tensor_codec.h"

namespace moduled::contract {
namespace {

absl::Status CheckCount(int count, const Field& field) {
  if (count <= kMaxListed) return absl::OkStatus();
  return field.Invalid(absl::StrCat("too many (got ", count, ", want at most ", kMaxListed, ")"));
}

ClassIndex DecodeClassIndex(const v1::ClassIndex& message) {
  return ClassIndex{.indices = {message.indices().begin(), message.indices().end()},
                    .output = Optional(message.has_output(), message.output())};
}

absl::StatusOr<Objective> DecodeObjective(v1::BackwardRequest& message, ValueDecoder& decoder) {
  switch (message.objective_case()) {
    case v1::BackwardRequest::kGradOutputs: {
      ASSIGN_OR_RETURN(auto values, decoder.Decode(std::move(*message.mutable_grad_outputs()->mutable_values()),
                                                   "grad_outputs.values"));
      return GradOutputs{std::move(values)};
    }
    case v1::BackwardRequest::kClassIndex:
      return DecodeClassIndex(message.class_index());
    case v1::BackwardRequest::kSum:
      return OutputSum{Optional(message.sum().has_output(), message.sum().output())};
    case v1::BackwardRequest::kLoss: {
      v1::LossLayer& loss = *message.mutable_loss();
      ASSIGN_OR_RETURN(auto targets, decoder.Decode(std::move(*loss.mutable_targets()), "loss.targets"));
      return LossLayer{.path = std::move(*loss.mutable_path()),
                       .targets = std::move(targets),
                       .output = Optional(loss.has_output(), loss.output())};
    }
    case v1::BackwardRequest::OBJECTIVE_NOT_SET:
      break;
  }
  return ImplicitObjective{};
}

// One function for each objective: std::visit picks.
struct ObjectiveEncoder {
  v1::BackwardRequest& message;

  absl::Status operator()(const ImplicitObjective&) const { return absl::OkStatus(); }
  absl::Status operator()(const GradOutputs& grad_outputs) const {
    return EncodeValues(grad_outputs.values, *message.mutable_grad_outputs()->mutable_values());
  }
  absl::Status operator()(const ClassIndex& classes) const {
    v1::ClassIndex& to = *message.mutable_class_index();
    to.mutable_indices()->Assign(classes.indices.begin(), classes.indices.end());
    if (classes.output.has_value()) to.set_output(*classes.output);
    return absl::OkStatus();
  }
  absl::Status operator()(const OutputSum& sum) const {
    v1::Sum& to = *message.mutable_sum();
    if (sum.output.has_value()) to.set_output(*sum.output);
    return absl::OkStatus();
  }
  absl::Status operator()(const LossLayer& loss) const {
    v1::LossLayer& to = *message.mutable_loss();
    to.set_path(loss.path);
    if (loss.output.has_value()) to.set_output(*loss.output);
    return EncodeValues(loss.targets, *to.mutable_targets());
  }
};

}  // namespace

absl::StatusOr<BackwardCall> Decode(v1::BackwardRequest&& message, const ReceivedAttachments* attachments) {
  BackwardCall call;
  call.model = DecodeModelRef(message.model());
  ValueDecoder decoder(attachments);
  ASSIGN_OR_RETURN(call.arguments.args, decoder.Decode(std::move(*message.mutable_inputs()), "inputs"));
  ASSIGN_OR_RETURN(call.arguments.kwargs, decoder.Decode(std::move(*message.mutable_kwargs()), "kwargs"));
  ValueDecoder objective_decoder;  // Nothing is detached from where an objective has its tensors.
  ASSIGN_OR_RETURN(call.objective, DecodeObjective(message, objective_decoder));
  if (message.has_grad_inputs()) {
    RETURN_IF_ERROR(CheckCount(message.grad_inputs().indices_size(), "grad_inputs.indices"));
    call.grad_inputs.emplace(message.grad_inputs().indices().begin(), message.grad_inputs().indices().end());
  }
  if (message.has_grad_parameters()) {
    RETURN_IF_ERROR(CheckCount(message.grad_parameters().names_size(), "grad_parameters.names"));
    call.grad_parameters.emplace(message.grad_parameters().names().begin(), message.grad_parameters().names().end());
  }
  ASSIGN_OR_RETURN(call.hooks, DecodeHooks(std::move(*message.mutable_hooks())));
  call.request_id = std::move(*message.mutable_request_id());
  call.seed = Optional(message.has_seed(), message.seed());
  return call;
}

absl::Status Encode(const BackwardCall& call, v1::BackwardRequest& message) {
  EncodeModelRef(call.model, *message.mutable_model());
  RETURN_IF_ERROR(EncodeValues(call.arguments.args, *message.mutable_inputs()));
  if (!call.arguments.kwargs.empty()) {
    RETURN_IF_ERROR(EncodeEntries(call.arguments.kwargs, *message.mutable_kwargs()));
  }
  RETURN_IF_ERROR(std::visit(ObjectiveEncoder{message}, call.objective));
  if (call.grad_inputs.has_value()) {
    message.mutable_grad_inputs()->mutable_indices()->Assign(call.grad_inputs->begin(), call.grad_inputs->end());
  }
  if (call.grad_parameters.has_value()) {
    message.mutable_grad_parameters()->mutable_names()->Assign(call.grad_parameters->begin(),
                                                               call.grad_parameters->end());
  }
  EncodeHooks(call.hooks, *message.mutable_hooks());
  message.set_request_id(call.request_id);
  if (call.seed.has_value()) message.set_seed(*call.seed);
  return absl::OkStatus();
}

absl::StatusOr<BackwardReply> Decode(v1::BackwardResponse&& message) {
  BackwardReply reply;
  reply.model = DecodeModelRef(message.model());
  reply.request_id = std::move(*message.mutable_request_id());
  ValueDecoder decoder;
  ASSIGN_OR_RETURN(reply.output, decoder.Decode(std::move(*message.mutable_output()), "output"));
  if (message.has_loss()) {
    ASSIGN_OR_RETURN(reply.loss, DecodeTensor(std::move(*message.mutable_loss()), "loss"));
  }
  ASSIGN_OR_RETURN(reply.grad_inputs, decoder.Decode(std::move(*message.mutable_grad_inputs()), "grad_inputs"));
  ASSIGN_OR_RETURN(reply.grad_kwargs, decoder.Decode(std::move(*message.mutable_grad_kwargs()), "grad_kwargs"));
  for (v1::NamedGradient& gradient : *message.mutable_grad_parameters()) {
    NamedGradient& decoded = reply.grad_parameters.emplace_back();
    decoded.name = std::move(*gradient.mutable_name());
    if (!gradient.has_grad()) continue;
    ASSIGN_OR_RETURN(decoded.grad, DecodeTensor(std::move(*gradient.mutable_grad()), "grad_parameters.grad"));
  }
  ASSIGN_OR_RETURN(reply.events, DecodeEvents(std::move(*message.mutable_events())));
  ASSIGN_OR_RETURN(reply.unfired, DecodeUnfired(std::move(*message.mutable_unfired())));
  return reply;
}

absl::Status Encode(const BackwardReply& reply, v1::BackwardResponse& message, SentAttachments* attachments) {
  EncodeModelRef(reply.model, *message.mutable_model());
  message.set_request_id(reply.request_id);
  RETURN_IF_ERROR(EncodeValue(reply.output, *message.mutable_output(), attachments));
  if (reply.loss.has_value()) EncodeTensor(*reply.loss, *message.mutable_loss(), attachments);
  RETURN_IF_ERROR(EncodeValues(reply.grad_inputs, *message.mutable_grad_inputs(), attachments));
  if (!reply.grad_kwargs.empty()) {
    RETURN_IF_ERROR(EncodeEntries(reply.grad_kwargs, *message.mutable_grad_kwargs(), attachments));
  }
  for (const NamedGradient& gradient : reply.grad_parameters) {
    v1::NamedGradient& encoded = *message.add_grad_parameters();
    encoded.set_name(gradient.name);
    if (gradient.grad.has_value()) EncodeTensor(*gradient.grad, *encoded.mutable_grad(), attachments);
  }
  RETURN_IF_ERROR(EncodeEvents(reply.events, *message.mutable_events(), attachments));
  EncodeUnfired(reply.unfired, *message.mutable_unfired());
  return absl::OkStatus();
}

}  // namespace moduled::contract
