// Messages to and from the bytes that gRPC carries.
//
// Every method is a raw one: gRPC's own parsing would answer what it cannot parse with UNIMPLEMENTED and no text, and
// would stop at a depth that module descriptions may have.
#pragma once

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace moduled::server {

// INVALID_ARGUMENT if the bytes are no such message.
absl::Status ParseBytes(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message);

// RESOURCE_EXHAUSTED if a message of that size is more than `max_bytes`, or than protobuf can read.
absl::Status CheckMessageSize(size_t size, size_t max_bytes);

// RESOURCE_EXHAUSTED if the message takes more than `max_bytes`.
absl::StatusOr<grpc::ByteBuffer> SerializeToBytes(const google::protobuf::MessageLite& message, size_t max_bytes);

}  // namespace moduled::server
