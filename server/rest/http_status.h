// Outcomes as HTTP has them, and errors as the Open Inference Protocol has them there: {"error": text}.
#pragma once

#include "absl/status/status.h"
#include "server/http/http_message.h"

namespace moduled::server::rest {

int HttpStatusOf(absl::StatusCode code);

HttpReply ErrorReply(int http_status, absl::string_view text);
HttpReply ErrorReply(const absl::Status& status);

}  // namespace moduled::server::rest
