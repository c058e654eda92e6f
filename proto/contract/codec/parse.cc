#include "proto/contract/codec/parse.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <limits>

#include "absl/strings/str_cat.h"

namespace moduled::contract {

absl::Status ParseMessage(absl::string_view bytes, google::protobuf::MessageLite& message) {
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max())) {
    return absl::InvalidArgumentError(absl::StrCat("message: too long (got ", bytes.size(), " bytes)"));
  }
  google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  return ParseMessage(stream, message);
}

absl::Status ParseMessage(google::protobuf::io::ZeroCopyInputStream& bytes, google::protobuf::MessageLite& message) {
  google::protobuf::io::CodedInputStream stream(&bytes);
  stream.SetTotalBytesLimit(std::numeric_limits<int>::max());
  stream.SetRecursionLimit(kMaxMessageDepth);
  if (message.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("message: not a ", message.GetTypeName(),
                                                 ", or messages inside each other to a depth of more than ",
                                                 kMaxMessageDepth));
}

}  // namespace moduled::contract
