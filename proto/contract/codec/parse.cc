#include "proto/contract/codec/parse.h"

#include <google/protobuf/io/coded_stream.h>

#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"

namespace moduled::contract {

absl::Status ParseMessage(absl::string_view bytes, google::protobuf::MessageLite& message) {
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max())) {
    return absl::InvalidArgumentError(absl::StrCat("message: too long (got ", bytes.size(), " bytes)"));
  }
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(kMaxMessageDepth);
  if (message.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("message: not a ", message.GetTypeName(),
                                                 ", or messages inside each other to a depth of more than ",
                                                 kMaxMessageDepth));
}

}  // namespace moduled::contract
