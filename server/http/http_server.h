// The HTTP port: health, metrics, and inference for those who have curl and nothing else.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/http/http_message.h"

namespace moduled::server {

struct HttpOptions {
  std::string listen = "127.0.0.1:8002";  // Port 0: one that the system chooses.
  size_t max_body_bytes = size_t{256} << 20;
  // Each has a connection for as long as that lasts.
  int threads = 128;
  // Of these, for requests that may take their time; more are refused with 503, at once.
  int slow_requests = 64;
};

class HttpServer {
 public:
  // UNAVAILABLE if the address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const HttpOptions& options, std::vector<HttpRoute> routes,
                                                           HttpErrorText error);
  // Takes no more connections, and waits for the requests that are being answered.
  ~HttpServer();

  // HOST:PORT, with the port that is listened on.
  const std::string& address() const { return address_; }

 private:
  class Impl;  // The library stays in one source: its header is long.
  HttpServer();

  std::string address_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace moduled::server
