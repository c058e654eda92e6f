#include "server/rest/http_status.h"

#include <nlohmann/json.hpp>
#include <string>

namespace moduled::server::rest {

int HttpStatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kCancelled:
      return 499;  // As proxies have it.
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    default:
      return 500;
  }
}

HttpReply ErrorReply(int http_status, absl::string_view text) {
  // What is no UTF-8 in a request's words is replaced.
  const nlohmann::json error = {{"error", std::string(text)}};
  return {.status = http_status,
          .content_type = "application/json",
          .body = error.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

HttpReply ErrorReply(const absl::Status& status) { return ErrorReply(HttpStatusOf(status.code()), status.message()); }

}  // namespace moduled::server::rest
