// The bytes of large tensors beside the message that they belong to, so that they are not copied on their way.
//
// protobuf keeps bytes in strings of its own: that is a copy when a message is parsed, and two when one is made. So a
// received message is taken apart before it is parsed (Detach), and one to be sent is put together after it was
// serialised (Attach). In between a mark in the moduled.v1.Tensor stands for its data. What is on the wire is the same.
#pragma once

#include <google/protobuf/io/zero_copy_stream.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "moduled/v1/tensor.pb.h"
#include "proto/contract/codec/tensor_routes.h"

namespace moduled::contract {

// Fewer bytes than these are cheaper to copy than to keep apart.
inline constexpr size_t kLeastAttachedBytes = size_t{16} << 10;

// The mark: which of the attachments the tensor's data is.
void Mark(v1::Tensor& message, size_t attachment);
std::optional<uint64_t> MarkOf(const v1::Tensor& message);

struct ByteRange {
  size_t offset;
  size_t size;
};

struct DetachedMessage {
  std::string message;            // As it was, but for the large tensors' data.
  std::vector<ByteRange> ranges;  // Of the bytes read: where these are.
};

// Nothing if the bytes are no message, or one that is not worth it: parse it as it is.
std::optional<DetachedMessage> Detach(google::protobuf::io::ZeroCopyInputStream& bytes, const TensorRoutes& routes);

// Of a serialised message: some of its bytes, or an attachment by its number.
using MessagePiece = std::variant<std::string, size_t>;

// `message` with the attachments, of these sizes, in the places of their marks. INTERNAL if it is no such message.
absl::StatusOr<std::vector<MessagePiece>> Attach(const std::string& message, const TensorRoutes& routes,
                                                 absl::Span<const size_t> sizes);

}  // namespace moduled::contract
