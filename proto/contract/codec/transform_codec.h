// TransformStep of moduled/v1/hooks.proto <-> proto/contract/transform.h.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "moduled/v1/hooks.pb.h"
#include "proto/contract/codec/field.h"
#include "proto/contract/transform.h"

namespace moduled::contract {

// Steps of one hook: what more could do, fewer do.
inline constexpr int kMaxTransformSteps = 16;

// The repeated field `transform` of the hook `field`.
absl::StatusOr<std::vector<TransformStep>> DecodeTransform(
    const google::protobuf::RepeatedPtrField<v1::TransformStep>& messages, const Field& field);
void EncodeTransform(const std::vector<TransformStep>& steps,
                     google::protobuf::RepeatedPtrField<v1::TransformStep>& messages);

}  // namespace moduled::contract
