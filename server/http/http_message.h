// A request over HTTP and its reply, for those who answer them.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace moduled::server {

struct HttpRequest {
  std::string method;
  std::string path;
  std::vector<std::string> captures;  // What the groups of the route's pattern have matched, decoded.
  std::string body;
  // The value of a header, by any case of its name; empty if there is none.
  std::function<std::string(const std::string& name)> header;
  // The value of a parameter of the query; empty if there is none.
  std::function<std::string(const std::string& name)> query;
};

struct HttpReply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
};

// Called on a thread of the server's; may wait.
using HttpHandler = std::function<HttpReply(const HttpRequest&)>;

struct HttpRoute {
  std::string method;   // "GET" or "POST".
  std::string pattern;  // An ECMAScript expression that the whole path must match.
  HttpHandler handler;
  // Whether it may take its time: then only so many run at once that others are answered still.
  bool is_slow = false;
};

// What answers {"error": text}, as the Open Inference Protocol has errors over HTTP.
using HttpErrorText = std::function<HttpReply(int status, absl::string_view text)>;

}  // namespace moduled::server
