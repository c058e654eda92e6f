#include "proto/contract/codec/event_codec.h"

#include <utility>

#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/hooks_codec.h"
#include "proto/contract/codec/model_ref_codec.h"
#include "proto/contract/codec/optional_field.h"
#include "proto/contract/codec/tensor_codec.h"

namespace moduled::contract {

absl::StatusOr<HookEvent> DecodeEvent(v1::HookEvent&& message) {
  HookEvent event;
  event.model = DecodeModelRef(message.model());
  event.replica = message.replica();
  event.request_id = message.request_id();
  event.path = message.path();
  event.called_as = message.called_as();
  event.type = message.type();
  event.call_index = message.call_index();
  ASSIGN_OR_RETURN(event.kind, DecodeHookKind(message.kind(), "event.kind"));
  ValueDecoder decoder;
  ASSIGN_OR_RETURN(event.inputs, decoder.Decode(std::move(*message.mutable_inputs()), "event.inputs"));
  ASSIGN_OR_RETURN(event.kwargs, decoder.Decode(std::move(*message.mutable_kwargs()), "event.kwargs"));
  if (message.has_output()) {
    ASSIGN_OR_RETURN(event.output, decoder.Decode(std::move(*message.mutable_output()), "event.output"));
  }
  ASSIGN_OR_RETURN(event.grad_input, decoder.Decode(std::move(*message.mutable_grad_input()), "event.grad_input"));
  ASSIGN_OR_RETURN(event.grad_output, decoder.Decode(std::move(*message.mutable_grad_output()), "event.grad_output"));
  event.hook = Optional(message.has_hook(), message.hook());
  event.legacy = message.legacy();
  event.sequence = message.sequence();
  event.dropped = message.dropped();
  return event;
}

absl::Status EncodeEvent(const HookEvent& event, v1::HookEvent& message, SentAttachments* attachments) {
  EncodeModelRef(event.model, *message.mutable_model());
  message.set_replica(event.replica);
  message.set_request_id(event.request_id);
  message.set_path(event.path);
  message.set_called_as(event.called_as);
  message.set_type(event.type);
  message.set_call_index(event.call_index);
  message.set_kind(EncodeHookKind(event.kind));
  RETURN_IF_ERROR(EncodeValues(event.inputs, *message.mutable_inputs(), attachments));
  if (!event.kwargs.empty()) RETURN_IF_ERROR(EncodeEntries(event.kwargs, *message.mutable_kwargs(), attachments));
  if (event.output.has_value()) {
    RETURN_IF_ERROR(EncodeValue(*event.output, *message.mutable_output(), attachments));
  }
  RETURN_IF_ERROR(EncodeValues(event.grad_input, *message.mutable_grad_input(), attachments));
  RETURN_IF_ERROR(EncodeValues(event.grad_output, *message.mutable_grad_output(), attachments));
  if (event.hook.has_value()) message.set_hook(*event.hook);
  message.set_legacy(event.legacy);
  message.set_sequence(event.sequence);
  message.set_dropped(event.dropped);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<HookEvent>> DecodeEvents(google::protobuf::RepeatedPtrField<v1::HookEvent>&& messages) {
  std::vector<HookEvent> events;
  events.reserve(messages.size());
  for (v1::HookEvent& message : messages) {
    ASSIGN_OR_RETURN(HookEvent event, DecodeEvent(std::move(message)));
    events.push_back(std::move(event));
  }
  return events;
}

absl::Status EncodeEvents(const std::vector<HookEvent>& events,
                          google::protobuf::RepeatedPtrField<v1::HookEvent>& messages, SentAttachments* attachments) {
  for (const HookEvent& event : events) RETURN_IF_ERROR(EncodeEvent(event, *messages.Add(), attachments));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<UnfiredHook>> DecodeUnfired(google::protobuf::RepeatedPtrField<v1::UnfiredHook>&& messages) {
  std::vector<UnfiredHook> unfired;
  unfired.reserve(messages.size());
  for (v1::UnfiredHook& message : messages) {
    ASSIGN_OR_RETURN(Hook hook, DecodeHook(std::move(*message.mutable_hook()), "unfired.hook"));
    unfired.push_back({std::move(hook), std::move(*message.mutable_path()), std::move(*message.mutable_reason())});
  }
  return unfired;
}

void EncodeUnfired(const std::vector<UnfiredHook>& unfired,
                   google::protobuf::RepeatedPtrField<v1::UnfiredHook>& messages) {
  for (const UnfiredHook& each : unfired) {
    v1::UnfiredHook& message = *messages.Add();
    EncodeHook(each.hook, *message.mutable_hook());
    message.set_path(each.path);
    message.set_reason(each.reason);
  }
}

}  // namespace moduled::contract
