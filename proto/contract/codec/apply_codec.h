// The Apply messages of moduled/v1/admin.proto <-> proto/contract/admin.h.
#pragma once

#include "absl/status/statusor.h"
#include "moduled/v1/admin.pb.h"
#include "proto/contract/admin.h"

namespace moduled::contract {

absl::StatusOr<ApplyCall> Decode(const v1::ApplyRequest& message);
void Encode(const ApplyCall& call, v1::ApplyRequest& message);

ApplyReply Decode(const v1::ApplyResponse& message);
void Encode(const ApplyReply& reply, v1::ApplyResponse& message);

}  // namespace moduled::contract
