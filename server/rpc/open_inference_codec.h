// proto/open_inference <-> server/open_inference.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>

#include "absl/status/statusor.h"
#include "open_inference/grpc_service.pb.h"
#include "server/open_inference/infer.h"

namespace moduled::server {

// The context of the call is not part of the message. Raw contents move out of it.
absl::StatusOr<open_inference::InferCall> Decode(inference::ModelInferRequest&& message);

// Without raw_output_contents.
void Encode(const open_inference::InferReply& reply, inference::ModelInferResponse& message);

// The bytes of a ModelInferResponse, or of a message in which it is the field of that number, with the elements where
// they are: large ones are not copied. RESOURCE_EXHAUSTED if it takes more than `max_bytes`.
absl::StatusOr<grpc::ByteBuffer> ToBytes(const open_inference::InferReply& reply, int response_field, size_t max_bytes);

}  // namespace moduled::server
