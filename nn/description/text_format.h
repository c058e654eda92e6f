// protobuf's text format -> a message, with errors that a person can use.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"

namespace moduled::nn {

// INVALID_ARGUMENT says line and column of the first error: "line 3, column 5: …". Unknown fields are errors. Messages
// inside each other may be `max_depth` deep.
absl::Status ParseTextFormat(const std::string& text, int max_depth, google::protobuf::Message& message);

}  // namespace moduled::nn
