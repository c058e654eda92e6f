// Messages with large tensors to and from the bytes that gRPC carries, without copies of the tensors' elements:
// received ones stay in gRPC's slices, sent ones in the tensors. See proto/contract/codec/attachments.h.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/contract/codec/tensor_codec.h"
#include "proto/contract/codec/tensor_routes.h"

namespace moduled::server {

// INVALID_ARGUMENT if the bytes are no such message. `attachments` is what its marks stand for; empty if it has none.
absl::Status ParseDetached(const grpc::ByteBuffer& bytes, const contract::TensorRoutes& routes,
                           google::protobuf::Message& message, contract::ReceivedAttachments& attachments);

// The tensors live for as long as gRPC needs them. RESOURCE_EXHAUSTED if it takes more than `max_bytes`.
absl::StatusOr<grpc::ByteBuffer> SerializeAttached(const google::protobuf::Message& message,
                                                   const contract::TensorRoutes& routes,
                                                   const contract::SentAttachments& attachments, size_t max_bytes);

}  // namespace moduled::server
