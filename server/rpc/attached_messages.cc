#include "server/rpc/attached_messages.h"

#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "nn/tensor/status_macros.h"
#include "proto/contract/codec/attachments.h"
#include "proto/contract/codec/parse.h"
#include "server/rpc/messages.h"
#include "server/rpc/tensor_slice.h"

namespace moduled::server {
namespace {

absl::StatusOr<absl::Cord> CordOf(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  if (!bytes.Dump(&slices).ok()) return absl::InvalidArgumentError("message: cannot be decompressed");
  absl::Cord cord;
  for (grpc::Slice& slice : slices) {
    const absl::string_view view(reinterpret_cast<const char*>(slice.begin()), slice.size());
    cord.Append(absl::MakeCordFromExternal(view, [kept = std::move(slice)] {}));
  }
  return cord;
}

}  // namespace

absl::Status ParseDetached(const grpc::ByteBuffer& bytes, const contract::TensorRoutes& routes,
                           google::protobuf::Message& message, contract::ReceivedAttachments& attachments) {
  if (bytes.Length() < contract::kLeastAttachedBytes) return ParseBytes(bytes, message);
  grpc::ByteBuffer shared(bytes);  // The reader wants one that it may change.
  grpc::ProtoBufferReader reader(&shared);
  if (!reader.status().ok()) return absl::InvalidArgumentError("message: cannot be decompressed");
  const std::optional<contract::DetachedMessage> detached = contract::Detach(reader, routes);
  if (!detached.has_value()) return ParseBytes(bytes, message);
  ASSIGN_OR_RETURN(const absl::Cord cord, CordOf(bytes));
  for (const contract::ByteRange& range : detached->ranges) {
    attachments.push_back(cord.Subcord(range.offset, range.size));
  }
  return contract::ParseMessage(detached->message, message);
}

absl::StatusOr<grpc::ByteBuffer> SerializeAttached(const google::protobuf::Message& message,
                                                   const contract::TensorRoutes& routes,
                                                   const contract::SentAttachments& attachments, size_t max_bytes) {
  if (attachments.empty()) return SerializeToBytes(message, max_bytes);
  std::vector<size_t> sizes;
  for (const nn::Tensor& tensor : attachments) sizes.push_back(tensor.byte_size());
  ASSIGN_OR_RETURN(std::vector<contract::MessagePiece> pieces,
                   contract::Attach(message.SerializeAsString(), routes, sizes));
  std::vector<grpc::Slice> slices;
  size_t size = 0;
  for (const contract::MessagePiece& piece : pieces) {
    if (const auto* text = std::get_if<std::string>(&piece)) {
      slices.emplace_back(*text);
    } else {
      slices.push_back(SliceOf(attachments[std::get<size_t>(piece)]));
    }
    size += slices.back().size();
  }
  RETURN_IF_ERROR(CheckMessageSize(size, max_bytes));
  return grpc::ByteBuffer(slices.data(), slices.size());
}

}  // namespace moduled::server
