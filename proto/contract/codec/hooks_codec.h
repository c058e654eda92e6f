// moduled/v1/hooks.proto <-> proto/contract/hooks.h.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "moduled/v1/hooks.pb.h"
#include "proto/contract/codec/field.h"
#include "proto/contract/hooks.h"

namespace moduled::contract {

// Hooks in one message: each may be a pattern that every module is held against.
inline constexpr int kMaxHooks = 1024;

absl::StatusOr<Hook> DecodeHook(const v1::Hook& message, const Field& field);
void EncodeHook(const Hook& hook, v1::Hook& message);

// The repeated field `hooks`.
absl::StatusOr<std::vector<Hook>> DecodeHooks(const google::protobuf::RepeatedPtrField<v1::Hook>& messages);
void EncodeHooks(const std::vector<Hook>& hooks, google::protobuf::RepeatedPtrField<v1::Hook>& messages);

absl::StatusOr<HookEvent> DecodeEvent(v1::HookEvent&& message);
absl::Status EncodeEvent(const HookEvent& event, v1::HookEvent& message);

absl::StatusOr<UnfiredHook> DecodeUnfired(const v1::UnfiredHook& message);
void EncodeUnfired(const UnfiredHook& unfired, v1::UnfiredHook& message);

absl::StatusOr<SubscribeCall> Decode(const v1::SubscribeRequest& message);
void Encode(const SubscribeCall& call, v1::SubscribeRequest& message);

absl::StatusOr<std::vector<SubscriptionInfo>> Decode(const v1::ListSubscriptionsResponse& message);
void Encode(const std::vector<SubscriptionInfo>& subscriptions, v1::ListSubscriptionsResponse& message);

}  // namespace moduled::contract
