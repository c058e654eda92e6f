#include "proto/contract/codec/inference_codec.h"

#include <utility>

#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/hooks_codec.h"
#include "proto/contract/codec/model_ref_codec.h"
#include "proto/contract/codec/tensor_codec.h"

namespace moduled::contract {

absl::StatusOr<ForwardCall> Decode(v1::ForwardRequest&& message) {
  ForwardCall call;
  call.model = DecodeModelRef(message.model());
  ValueDecoder decoder;
  ASSIGN_OR_RETURN(call.arguments.args, decoder.Decode(std::move(*message.mutable_inputs()), "inputs"));
  ASSIGN_OR_RETURN(call.arguments.kwargs, decoder.Decode(std::move(*message.mutable_kwargs()), "kwargs"));
  ASSIGN_OR_RETURN(call.hooks, DecodeHooks(message.hooks()));
  call.request_id = message.request_id();
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
  return absl::OkStatus();
}

absl::StatusOr<ForwardReply> Decode(v1::ForwardResponse&& message) {
  ForwardReply reply;
  reply.model = DecodeModelRef(message.model());
  reply.request_id = message.request_id();
  ASSIGN_OR_RETURN(reply.output, ValueDecoder().Decode(std::move(*message.mutable_output()), "output"));
  reply.events.reserve(message.events_size());
  for (v1::HookEvent& event : *message.mutable_events()) {
    ASSIGN_OR_RETURN(HookEvent decoded, DecodeEvent(std::move(event)));
    reply.events.push_back(std::move(decoded));
  }
  for (const v1::UnfiredHook& unfired : message.unfired()) {
    ASSIGN_OR_RETURN(UnfiredHook decoded, DecodeUnfired(unfired));
    reply.unfired.push_back(std::move(decoded));
  }
  return reply;
}

absl::Status Encode(const ForwardReply& reply, v1::ForwardResponse& message) {
  EncodeModelRef(reply.model, *message.mutable_model());
  message.set_request_id(reply.request_id);
  RETURN_IF_ERROR(EncodeValue(reply.output, *message.mutable_output()));
  for (const HookEvent& event : reply.events) RETURN_IF_ERROR(EncodeEvent(event, *message.add_events()));
  for (const UnfiredHook& unfired : reply.unfired) EncodeUnfired(unfired, *message.add_unfired());
  return absl::OkStatus();
}

}  // namespace moduled::contract
