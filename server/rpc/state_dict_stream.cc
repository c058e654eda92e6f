#include "server/rpc/state_dict_stream.h"

#include <utility>

#include "server/rpc/messages.h"

namespace moduled::server {

OutgoingStream* StateDictStream::Create(contract::StateDictReply reply, size_t max_message_bytes) {
  const auto stream = OutgoingStream::Create<StateDictStream>(std::move(reply), max_message_bytes);
  stream->Wake();
  return stream.get();
}

OutgoingStream::Step StateDictStream::Next() {
  v1::StateDictChunk chunk;
  if (!sent_header_) {
    sent_header_ = true;
    sender_.EncodeHeader(*chunk.mutable_header());
  } else if (!sender_.Next(*chunk.mutable_data())) {
    return absl::OkStatus();
  }
  absl::StatusOr<grpc::ByteBuffer> bytes = SerializeToBytes(chunk, max_bytes_);
  if (!bytes.ok()) return bytes.status();
  return *std::move(bytes);
}

}  // namespace moduled::server
