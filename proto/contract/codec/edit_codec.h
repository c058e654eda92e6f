// Edit of moduled/v1/hooks.proto <-> proto/contract/edit.h.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "moduled/v1/hooks.pb.h"
#include "proto/contract/codec/field.h"
#include "proto/contract/edit.h"

namespace moduled::contract {

// Edits of one hook. Each becomes operators of a graph.
inline constexpr int kMaxEdits = 64;

// The repeated field `edits` of the hook `field`. The tensors' bytes move out of the messages.
absl::StatusOr<std::vector<Edit>> DecodeEdits(google::protobuf::RepeatedPtrField<v1::Edit>&& messages,
                                              const Field& field);
void EncodeEdits(const std::vector<Edit>& edits, google::protobuf::RepeatedPtrField<v1::Edit>& messages);

}  // namespace moduled::contract
