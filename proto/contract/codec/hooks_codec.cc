#include "proto/contract/codec/hooks_codec.h"

#include <utility>

#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/model_ref_codec.h"
#include "proto/contract/codec/tensor_codec.h"

namespace moduled::contract {
namespace {

absl::StatusOr<HookKind> DecodeKind(v1::HookKind kind, const Field& field) {
  switch (kind) {
    case v1::FORWARD_PRE:
      return HookKind::kForwardPre;
    case v1::HOOK_KIND_UNSPECIFIED:
    case v1::FORWARD:
      return HookKind::kForward;
    default:
      return field.Invalid(
          absl::StrCat("unknown kind (got ", static_cast<int>(kind), ", want FORWARD_PRE or FORWARD)"));
  }
}

v1::HookKind EncodeKind(HookKind kind) { return kind == HookKind::kForwardPre ? v1::FORWARD_PRE : v1::FORWARD; }

}  // namespace

absl::StatusOr<Hook> DecodeHook(const v1::Hook& message, const Field& field) {
  Hook hook;
  ASSIGN_OR_RETURN(hook.kind, DecodeKind(message.kind(), Field(field, "kind")));
  switch (message.selector_case()) {
    case v1::Hook::kPath:
      hook.selector_kind = SelectorKind::kPath;
      hook.selector = message.path();
      return hook;
    case v1::Hook::kGlob:
      hook.selector_kind = SelectorKind::kGlob;
      hook.selector = message.glob();
      return hook;
    case v1::Hook::kRegex:
      hook.selector_kind = SelectorKind::kRegex;
      hook.selector = message.regex();
      return hook;
    case v1::Hook::kType:
      hook.selector_kind = SelectorKind::kType;
      hook.selector = message.type();
      return hook;
    case v1::Hook::SELECTOR_NOT_SET:
      break;
  }
  return Field(field, "selector").Invalid("not set (want path, glob, regex or type)");
}

void EncodeHook(const Hook& hook, v1::Hook& message) {
  switch (hook.selector_kind) {
    case SelectorKind::kPath:
      message.set_path(hook.selector);
      break;
    case SelectorKind::kGlob:
      message.set_glob(hook.selector);
      break;
    case SelectorKind::kRegex:
      message.set_regex(hook.selector);
      break;
    case SelectorKind::kType:
      message.set_type(hook.selector);
      break;
  }
  message.set_kind(EncodeKind(hook.kind));
}

absl::StatusOr<std::vector<Hook>> DecodeHooks(const google::protobuf::RepeatedPtrField<v1::Hook>& messages) {
  if (messages.size() > kMaxHooks) {
    return Field("hooks").Invalid(absl::StrCat("too many (got ", messages.size(), ", want at most ", kMaxHooks, ")"));
  }
  std::vector<Hook> hooks;
  hooks.reserve(messages.size());
  for (int i = 0; i < messages.size(); ++i) {
    ASSIGN_OR_RETURN(Hook hook, DecodeHook(messages[i], Field("hooks", i)));
    hooks.push_back(std::move(hook));
  }
  return hooks;
}

void EncodeHooks(const std::vector<Hook>& hooks, google::protobuf::RepeatedPtrField<v1::Hook>& messages) {
  for (const Hook& hook : hooks) EncodeHook(hook, *messages.Add());
}

absl::StatusOr<HookEvent> DecodeEvent(v1::HookEvent&& message) {
  HookEvent event;
  event.model = DecodeModelRef(message.model());
  event.replica = message.replica();
  event.request_id = message.request_id();
  event.path = message.path();
  event.called_as = message.called_as();
  event.type = message.type();
  event.call_index = message.call_index();
  ASSIGN_OR_RETURN(event.kind, DecodeKind(message.kind(), "event.kind"));
  ValueDecoder decoder;
  ASSIGN_OR_RETURN(event.inputs, decoder.Decode(std::move(*message.mutable_inputs()), "event.inputs"));
  ASSIGN_OR_RETURN(event.kwargs, decoder.Decode(std::move(*message.mutable_kwargs()), "event.kwargs"));
  if (message.has_output()) {
    ASSIGN_OR_RETURN(event.output, decoder.Decode(std::move(*message.mutable_output()), "event.output"));
  }
  event.sequence = message.sequence();
  event.dropped = message.dropped();
  return event;
}

absl::Status EncodeEvent(const HookEvent& event, v1::HookEvent& message) {
  EncodeModelRef(event.model, *message.mutable_model());
  message.set_replica(event.replica);
  message.set_request_id(event.request_id);
  message.set_path(event.path);
  message.set_called_as(event.called_as);
  message.set_type(event.type);
  message.set_call_index(event.call_index);
  message.set_kind(EncodeKind(event.kind));
  RETURN_IF_ERROR(EncodeValues(event.inputs, *message.mutable_inputs()));
  if (!event.kwargs.empty()) RETURN_IF_ERROR(EncodeEntries(event.kwargs, *message.mutable_kwargs()));
  if (event.output.has_value()) RETURN_IF_ERROR(EncodeValue(*event.output, *message.mutable_output()));
  message.set_sequence(event.sequence);
  message.set_dropped(event.dropped);
  return absl::OkStatus();
}

absl::StatusOr<UnfiredHook> DecodeUnfired(const v1::UnfiredHook& message) {
  ASSIGN_OR_RETURN(Hook hook, DecodeHook(message.hook(), "unfired.hook"));
  return UnfiredHook{std::move(hook), message.path(), message.reason()};
}

void EncodeUnfired(const UnfiredHook& unfired, v1::UnfiredHook& message) {
  EncodeHook(unfired.hook, *message.mutable_hook());
  message.set_path(unfired.path);
  message.set_reason(unfired.reason);
}

absl::StatusOr<SubscribeCall> Decode(const v1::SubscribeRequest& message) {
  SubscribeCall call;
  call.model = DecodeModelRef(message.model());
  ASSIGN_OR_RETURN(call.hooks, DecodeHooks(message.hooks()));
  if (message.has_queue_size()) call.queue_size = message.queue_size();
  return call;
}

void Encode(const SubscribeCall& call, v1::SubscribeRequest& message) {
  EncodeModelRef(call.model, *message.mutable_model());
  EncodeHooks(call.hooks, *message.mutable_hooks());
  message.set_queue_size(call.queue_size);
}

absl::StatusOr<std::vector<SubscriptionInfo>> Decode(const v1::ListSubscriptionsResponse& message) {
  std::vector<SubscriptionInfo> subscriptions;
  for (const v1::SubscriptionInfo& info : message.subscriptions()) {
    ASSIGN_OR_RETURN(std::vector<Hook> hooks, DecodeHooks(info.hooks()));
    subscriptions.push_back({.id = info.id(),
                             .model = DecodeModelRef(info.model()),
                             .hooks = std::move(hooks),
                             .delivered = info.delivered(),
                             .dropped = info.dropped(),
                             .queued = info.queued()});
  }
  return subscriptions;
}

void Encode(const std::vector<SubscriptionInfo>& subscriptions, v1::ListSubscriptionsResponse& message) {
  for (const SubscriptionInfo& subscription : subscriptions) {
    v1::SubscriptionInfo& info = *message.add_subscriptions();
    info.set_id(subscription.id);
    EncodeModelRef(subscription.model, *info.mutable_model());
    EncodeHooks(subscription.hooks, *info.mutable_hooks());
    info.set_delivered(subscription.delivered);
    info.set_dropped(subscription.dropped);
    info.set_queued(subscription.queued);
  }
}

}  // namespace moduled::contract
