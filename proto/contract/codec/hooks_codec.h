// moduled/v1/hooks.proto <-> proto/contract/hooks.h: hooks and subscriptions. Their events have a codec of their own.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "moduled/v1/hooks.pb.h"
#include "proto/contract/codec/field.h"
#include "proto/contract/hooks.h"

namespace moduled::contract {

// Hooks in one message: each may be a pattern that every module is held against.
inline constexpr int kMaxHooks = 1024;

absl::StatusOr<HookKind> DecodeHookKind(v1::HookKind kind, const Field& field);
v1::HookKind EncodeHookKind(HookKind kind);

// What is decoded is taken over: the tensors' bytes move out of the messages.
absl::StatusOr<Hook> DecodeHook(v1::Hook&& message, const Field& field);
void EncodeHook(const Hook& hook, v1::Hook& message);

// The repeated field `hooks`.
absl::StatusOr<std::vector<Hook>> DecodeHooks(google::protobuf::RepeatedPtrField<v1::Hook>&& messages);
void EncodeHooks(const std::vector<Hook>& hooks, google::protobuf::RepeatedPtrField<v1::Hook>& messages);

absl::StatusOr<SubscribeCall> Decode(v1::SubscribeRequest&& message);
void Encode(const SubscribeCall& call, v1::SubscribeRequest& message);

absl::StatusOr<std::vector<SubscriptionInfo>> Decode(v1::ListSubscriptionsResponse&& message);
void Encode(const std::vector<SubscriptionInfo>& subscriptions, v1::ListSubscriptionsResponse& message);

}  // namespace moduled::contract
