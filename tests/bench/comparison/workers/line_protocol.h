// How a worker is driven: one JSON object a line on standard input, one on standard output for each.
//
//   {"do": "run", ...}  ->  {"nanoseconds": [...]}  or  {"error": "what was wrong"}
//
// The worker ends when its input does. comparison/worker.py is the other side.
#pragma once

#include <functional>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"

namespace moduled::bench {

// Does what one kind of request asks, and returns the reply.
using RequestHandler = std::function<absl::StatusOr<nlohmann::json>(const nlohmann::json& request)>;

// Answers request after request, each by the handler named by its "do", until `in` ends. A failed or bad request is
// answered with its error.
void ServeLines(const std::map<std::string, RequestHandler>& handlers, std::istream& in, std::ostream& out);

}  // namespace moduled::bench
