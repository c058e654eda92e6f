// The DescribePlan messages of moduled/v1/introspection.proto <-> proto/contract/plan.h.
#pragma once

#include "absl/status/statusor.h"
#include "moduled/v1/introspection.pb.h"
#include "proto/contract/plan.h"

namespace moduled::contract {

// The context of the call is not part of the message.
absl::StatusOr<PlanCall> Decode(const v1::DescribePlanRequest& message);
void Encode(const PlanCall& call, v1::DescribePlanRequest& message);

absl::StatusOr<PlanReply> Decode(const v1::DescribePlanResponse& message);
void Encode(const PlanReply& reply, v1::DescribePlanResponse& message);

}  // namespace moduled::contract
