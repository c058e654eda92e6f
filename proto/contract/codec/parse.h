// Parsing messages that nest, such as module descriptions, to a depth that is safe on any thread's stack.
#pragma once

#include <google/protobuf/io/zero_copy_stream.h>
#include <google/protobuf/message_lite.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace moduled::contract {

// Messages inside each other. protobuf's parsers recurse and stop at 100 by default, which is a module tree of fifty
// levels; this is more than any description that builds, and a small part of a thread's stack.
inline constexpr int kMaxMessageDepth = 640;

// INVALID_ARGUMENT if the bytes are no such message, or one that nests too deeply.
absl::Status ParseMessage(absl::string_view bytes, google::protobuf::MessageLite& message);
absl::Status ParseMessage(google::protobuf::io::ZeroCopyInputStream& bytes, google::protobuf::MessageLite& message);

}  // namespace moduled::contract
