#include "server/rpc/messages.h"

#include <google/protobuf/io/coded_stream.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"
#include "proto/contract/codec/parse.h"

namespace moduled::server {

absl::Status ParseBytes(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message) {
  grpc::ByteBuffer shared(bytes);  // The reader wants one that it may change.
  grpc::ProtoBufferReader reader(&shared);
  if (!reader.status().ok()) return absl::InvalidArgumentError("message: cannot be decompressed");
  return contract::ParseMessage(reader, message);
}

absl::Status CheckMessageSize(size_t size, size_t max_bytes) {
  const size_t limit = std::min<size_t>(max_bytes, std::numeric_limits<int>::max());  // protobuf's own limit.
  if (size <= limit) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("reply: too large for one message (got ", size, " bytes, want at most ", limit, ")"));
}

absl::StatusOr<grpc::ByteBuffer> SerializeToBytes(const google::protobuf::MessageLite& message, size_t max_bytes) {
  const size_t size = message.ByteSizeLong();
  if (absl::Status status = CheckMessageSize(size, max_bytes); !status.ok()) return status;
  // gRPC takes the slice over: the message is written once and not copied again.
  grpc::Slice slice(size);
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace moduled::server
