// Parsing messages that nest, such as module descriptions, to a depth that is safe on any thread's stack.
#pragma once

#include <google/protobuf/message_lite.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace moduled::contract {

// Messages inside each other. protobuf's own parsers recurse and stop at 100 by default; a client in another language
// that sends more could not read it back, so neither side accepts more.
inline constexpr int kMaxMessageDepth = 100;

// INVALID_ARGUMENT if the bytes are no such message, or one that nests too deeply.
absl::Status ParseMessage(absl::string_view bytes, google::protobuf::MessageLite& message);

}  // namespace moduled::contract
