#include "proto/contract/codec/hooks_codec.h"

#include <utility>

#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/edit_codec.h"
#include "proto/contract/codec/model_ref_codec.h"
#include "proto/contract/codec/optional_field.h"
#include "proto/contract/codec/transform_codec.h"

namespace moduled::contract {

absl::StatusOr<HookKind> DecodeHookKind(v1::HookKind kind, const Field& field) {
  switch (kind) {
    case v1::FORWARD_PRE:
      return HookKind::kForwardPre;
    case v1::HOOK_KIND_UNSPECIFIED:
    case v1::FORWARD:
      return HookKind::kForward;
    case v1::FULL_BACKWARD_PRE:
      return HookKind::kFullBackwardPre;
    case v1::FULL_BACKWARD:
      return HookKind::kFullBackward;
    case v1::TENSOR_GRAD:
      return HookKind::kTensorGrad;
    default:
      return field.Invalid(absl::StrCat("unknown kind (got ", static_cast<int>(kind),
                                        ", want FORWARD_PRE, FORWARD, FULL_BACKWARD_PRE, FULL_BACKWARD or "
                                        "TENSOR_GRAD)"));
  }
}

v1::HookKind EncodeHookKind(HookKind kind) {
  switch (kind) {
    case HookKind::kForwardPre:
      return v1::FORWARD_PRE;
    case HookKind::kForward:
      return v1::FORWARD;
    case HookKind::kFullBackwardPre:
      return v1::FULL_BACKWARD_PRE;
    case HookKind::kFullBackward:
      return v1::FULL_BACKWARD;
    case HookKind::kTensorGrad:
      return v1::TENSOR_GRAD;
  }
  return v1::HOOK_KIND_UNSPECIFIED;
}

namespace {

absl::Status DecodeSelector(v1::Hook& message, const Field& field, Hook& hook) {
  switch (message.selector_case()) {
    case v1::Hook::kPath:
      hook.selector_kind = SelectorKind::kPath;
      hook.selector = std::move(*message.mutable_path());
      return absl::OkStatus();
    case v1::Hook::kGlob:
      hook.selector_kind = SelectorKind::kGlob;
      hook.selector = std::move(*message.mutable_glob());
      return absl::OkStatus();
    case v1::Hook::kRegex:
      hook.selector_kind = SelectorKind::kRegex;
      hook.selector = std::move(*message.mutable_regex());
      return absl::OkStatus();
    case v1::Hook::kType:
      hook.selector_kind = SelectorKind::kType;
      hook.selector = std::move(*message.mutable_type());
      return absl::OkStatus();
    case v1::Hook::SELECTOR_NOT_SET:
      break;
  }
  return Field(field, "selector").Invalid("not set (want path, glob, regex or type)");
}

}  // namespace

absl::StatusOr<Hook> DecodeHook(v1::Hook&& message, const Field& field) {
  Hook hook;
  RETURN_IF_ERROR(DecodeSelector(message, field, hook));
  ASSIGN_OR_RETURN(hook.kind, DecodeHookKind(message.kind(), Field(field, "kind")));
  ASSIGN_OR_RETURN(hook.transform, DecodeTransform(message.transform(), field));
  ASSIGN_OR_RETURN(hook.edits, DecodeEdits(std::move(*message.mutable_edits()), field));
  hook.call_index = Optional(message.has_call_index(), message.call_index());
  hook.legacy = message.legacy();
  return hook;
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
  message.set_kind(EncodeHookKind(hook.kind));
  EncodeTransform(hook.transform, *message.mutable_transform());
  EncodeEdits(hook.edits, *message.mutable_edits());
  if (hook.call_index.has_value()) message.set_call_index(*hook.call_index);
  message.set_legacy(hook.legacy);
}

absl::StatusOr<std::vector<Hook>> DecodeHooks(google::protobuf::RepeatedPtrField<v1::Hook>&& messages) {
  if (messages.size() > kMaxHooks) {
    return Field("hooks").Invalid(absl::StrCat("too many (got ", messages.size(), ", want at most ", kMaxHooks, ")"));
  }
  std::vector<Hook> hooks;
  hooks.reserve(messages.size());
  for (int i = 0; i < messages.size(); ++i) {
    ASSIGN_OR_RETURN(Hook hook, DecodeHook(std::move(messages[i]), Field("hooks", i)));
    hooks.push_back(std::move(hook));
  }
  return hooks;
}

void EncodeHooks(const std::vector<Hook>& hooks, google::protobuf::RepeatedPtrField<v1::Hook>& messages) {
  for (const Hook& hook : hooks) EncodeHook(hook, *messages.Add());
}

absl::StatusOr<SubscribeCall> Decode(v1::SubscribeRequest&& message) {
  SubscribeCall call;
  call.model = DecodeModelRef(message.model());
  ASSIGN_OR_RETURN(call.hooks, DecodeHooks(std::move(*message.mutable_hooks())));
  if (message.has_queue_size()) call.queue_size = message.queue_size();
  call.resume_token = std::move(*message.mutable_resume_token());
  return call;
}

void Encode(const SubscribeCall& call, v1::SubscribeRequest& message) {
  EncodeModelRef(call.model, *message.mutable_model());
  EncodeHooks(call.hooks, *message.mutable_hooks());
  message.set_queue_size(call.queue_size);
  message.set_resume_token(call.resume_token);
}

absl::StatusOr<std::vector<SubscriptionInfo>> Decode(v1::ListSubscriptionsResponse&& message) {
  std::vector<SubscriptionInfo> subscriptions;
  for (v1::SubscriptionInfo& info : *message.mutable_subscriptions()) {
    ASSIGN_OR_RETURN(std::vector<Hook> hooks, DecodeHooks(std::move(*info.mutable_hooks())));
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
