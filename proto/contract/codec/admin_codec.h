// moduled/v1/admin.proto <-> proto/contract/admin.h. The state_dict to load has a codec of its own.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "moduled/v1/admin.pb.h"
#include "proto/contract/admin.h"

namespace moduled::contract {

LoadModelCall Decode(const v1::LoadModelRequest& message);
// INVALID_ARGUMENT if the description is no ModuleDescription.
absl::Status Encode(const LoadModelCall& call, v1::LoadModelRequest& message);

std::vector<ModelRef> Decode(const v1::UnloadModelResponse& message);
void Encode(const std::vector<ModelRef>& models, v1::UnloadModelResponse& message);

// The options alone; the state_dict follows in pieces of its own.
LoadStateDictCall Decode(const v1::LoadStateDictOptions& message);
void Encode(const LoadStateDictCall& call, v1::LoadStateDictOptions& message);

LoadStateDictReply Decode(const v1::LoadStateDictResponse& message);
void Encode(const LoadStateDictReply& reply, v1::LoadStateDictResponse& message);

}  // namespace moduled::contract
