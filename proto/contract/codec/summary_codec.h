// The Summary messages of moduled/v1/introspection.proto <-> proto/contract/summary.h.
#pragma once

#include "absl/status/statusor.h"
#include "moduled/v1/introspection.pb.h"
#include "proto/contract/summary.h"

namespace moduled::contract {

absl::StatusOr<SummaryCall> Decode(const v1::SummaryRequest& message);
void Encode(const SummaryCall& call, v1::SummaryRequest& message);

absl::StatusOr<SummaryReply> Decode(const v1::SummaryResponse& message);
void Encode(const SummaryReply& reply, v1::SummaryResponse& message);

}  // namespace moduled::contract
