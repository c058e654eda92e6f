#include "proto/contract/codec/inference_codec.h"

#include <utility>

#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/event_codec.h"
#include "proto/contract/codec/hooks_codec.h"
#include "proto/contract/codec/model_ref_codec.h"
#include "proto/contract/codec/optional_field.h"
#include "proto/contract/codec/tensor_codec.h"

namespace moduled::contract {

absl::StatusOr<ForwardCall> Decode(v1::ForwardRequest&& message, const ReceivedAttachments* attachments) {
  ForwardCall call;
  call.model = DecodeModelRef(message.model());
  ValueDecoder decoder(attachments);
  ASSIGN_OR_RETURN(call.arguments.args, decoder.Decode(std::move(*message.mutable_inputs()), "inputs"));
  ASSIGN_OR_RETURN(call.arguments.kwargs, decoder.Decode(std::move(*message.mutable_kwargs()), "kwargs"));
  ASSIGN_OR_RETURN(call.hooks, DecodeHooks(std::move(*message.mutable_hooks())));
  call.request_id = std::move(*message.mutable_request_id());
  call.seed = Optional(message.has_seed(), message.seed());
  return call;
}

absl::Status Encode(const ForwardCall& call, v1::ForwardRequest& message) {
  EncodeModelRef(call.model, *message.mutable_model());
  RETURN_IF_ERROR(EncodeValues(call.arguments.args, *message.mutable_inputs()));
  if (!call.arguments.kwargs.empty()) {
    RETURN_IF_ERROR(EncodeEntries(call.arguments.kwargs, *message.mutable_kwargs()));
  }
  EncodeHooks(call.hooks, *message.mutable_hooks());
  message.set_request_id(call.request_id);
  if (call.seed.has_value()) message.set_seed(*call.seed);
  return absl::OkStatus();
}

absl::StatusOr<ForwardReply> Decode(v1::ForwardResponse&& message) {
  ForwardReply reply;
  reply.model = DecodeModelRef(message.model());
  reply.request_id = message.request_id();
  ASSIGN_OR_RETURN(reply.output, ValueDecoder().Decode(std::move(*message.mutable_output()), "output"));
  ASSIGN_OR_RETURN(reply.events, DecodeEvents(std::move(*message.mutable_events())));
  ASSIGN_OR_RETURN(reply.unfired, DecodeUnfired(std::move(*message.mutable_unfired())));
  return reply;
}

absl::Status Encode(const ForwardReply& reply, v1::ForwardResponse& message, SentAttachments* attachments) {
  EncodeModelRef(reply.model, *message.mutable_model());
  message.set_request_id(reply.request_id);
  RETURN_IF_ERROR(EncodeValue(reply.output, *message.mutable_output(), attachments));
  RETURN_IF_ERROR(EncodeEvents(reply.events, *message.mutable_events(), attachments));
  EncodeUnfired(reply.unfired, *message.mutable_unfired());
  return absl::OkStatus();
}

}  // namespace moduled::contract
