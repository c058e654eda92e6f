// moduled/v1/inference.proto <-> proto/contract/inference.h.
#pragma once

#include "absl/status/statusor.h"
#include "moduled/v1/inference.pb.h"
#include "proto/contract/codec/tensor_codec.h"
#include "proto/contract/inference.h"

namespace moduled::contract {

// The context of the call is not part of the message. The inputs' bytes move out of it.
// With attachments, the inputs that were detached need not be flat.
absl::StatusOr<ForwardCall> Decode(v1::ForwardRequest&& message, const ReceivedAttachments* attachments = nullptr);
absl::Status Encode(const ForwardCall& call, v1::ForwardRequest& message);

absl::StatusOr<ForwardReply> Decode(v1::ForwardResponse&& message);
absl::Status Encode(const ForwardReply& reply, v1::ForwardResponse& message, SentAttachments* attachments = nullptr);

}  // namespace moduled::contract
