// The backward messages of moduled/v1/inference.proto <-> proto/contract/backward.h.
#pragma once

#include "absl/status/statusor.h"
#include "moduled/v1/inference.pb.h"
#include "proto/contract/backward.h"
#include "proto/contract/codec/tensor_codec.h"

namespace moduled::contract {

// Places and names that one request may list: more than any model has.
inline constexpr int kMaxListed = 1 << 16;

// The context of the call is not part of the message. The tensors' bytes move out of it.
// With attachments, the inputs that were detached need not be flat.
absl::StatusOr<BackwardCall> Decode(v1::BackwardRequest&& message, const ReceivedAttachments* attachments = nullptr);
absl::Status Encode(const BackwardCall& call, v1::BackwardRequest& message);

absl::StatusOr<BackwardReply> Decode(v1::BackwardResponse&& message);
absl::Status Encode(const BackwardReply& reply, v1::BackwardResponse& message, SentAttachments* attachments = nullptr);

}  // namespace moduled::contract
