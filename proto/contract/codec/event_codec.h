// HookEvent and UnfiredHook of moduled/v1/hooks.proto <-> proto/contract/hooks.h.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "moduled/v1/hooks.pb.h"
#include "proto/contract/codec/tensor_codec.h"
#include "proto/contract/hooks.h"

namespace moduled::contract {

absl::StatusOr<HookEvent> DecodeEvent(v1::HookEvent&& message);
absl::Status EncodeEvent(const HookEvent& event, v1::HookEvent& message, SentAttachments* attachments = nullptr);

// The repeated fields `events` and `unfired` of replies.
absl::StatusOr<std::vector<HookEvent>> DecodeEvents(google::protobuf::RepeatedPtrField<v1::HookEvent>&& messages);
absl::Status EncodeEvents(const std::vector<HookEvent>& events,
                          google::protobuf::RepeatedPtrField<v1::HookEvent>& messages,
                          SentAttachments* attachments = nullptr);
absl::StatusOr<std::vector<UnfiredHook>> DecodeUnfired(google::protobuf::RepeatedPtrField<v1::UnfiredHook>&& messages);
void EncodeUnfired(const std::vector<UnfiredHook>& unfired,
                   google::protobuf::RepeatedPtrField<v1::UnfiredHook>& messages);

}  // namespace moduled::contract
