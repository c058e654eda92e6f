#include "tests/bench/comparison/workers/line_protocol.h"

#include "absl/strings/str_cat.h"

namespace moduled::bench {
namespace {

absl::StatusOr<nlohmann::json> Answer(const std::map<std::string, RequestHandler>& handlers, const std::string& line) {
  try {
    const nlohmann::json request = nlohmann::json::parse(line);
    const std::string what = request.at("do").get<std::string>();
    const auto handler = handlers.find(what);
    if (handler == handlers.end()) return absl::InvalidArgumentError(absl::StrCat("cannot do '", what, "'"));
    return handler->second(request);
  } catch (const nlohmann::json::exception& error) {  // Bad JSON, or a field that is missing or of another type.
    return absl::InvalidArgumentError(error.what());
  }
}

}  // namespace

void ServeLines(const std::map<std::string, RequestHandler>& handlers, std::istream& in, std::ostream& out) {
  for (std::string line; std::getline(in, line);) {
    const absl::StatusOr<nlohmann::json> answer = Answer(handlers, line);
    const nlohmann::json reply = answer.ok() ? *answer : nlohmann::json{{"error", answer.status().ToString()}};
    out << reply.dump() << std::endl;
  }
}

}  // namespace moduled::bench
