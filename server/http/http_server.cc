#include "server/http/http_server.h"

#include <httplib.h>

#include <atomic>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/http/connection_pool.h"

namespace moduled::server {
namespace {

// A client that is slower than that with its next line has gone.
constexpr time_t kReadSeconds = 10;
constexpr time_t kWriteSeconds = 30;
// A connection that says nothing has a thread all the same.
constexpr time_t kKeepAliveSeconds = 5;
constexpr size_t kKeepAliveRequests = 1000;

HttpRequest RequestOf(const httplib::Request& from) {
  HttpRequest request;
  request.method = from.method;
  request.path = from.path;
  for (size_t i = 1; i < from.matches.size(); ++i) request.captures.push_back(from.matches[i]);
  request.header = [&from](const std::string& name) { return from.get_header_value(name.c_str()); };
  request.query = [&from](const std::string& name) { return from.get_param_value(name.c_str()); };
  return request;
}

void Fill(HttpReply&& reply, httplib::Response& to) {
  to.status = reply.status;
  for (const auto& [name, value] : reply.headers) to.set_header(name.c_str(), value);
  to.set_content(std::move(reply.body), reply.content_type.c_str());
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const HttpOptions& options, HttpErrorText error)
      : max_body_bytes_(options.max_body_bytes), slow_left_(options.slow_requests), error_(std::move(error)) {
    server_.new_task_queue = [threads = options.threads] { return new ConnectionPool(threads); };
    server_.set_read_timeout(kReadSeconds);
    server_.set_write_timeout(kWriteSeconds);
    server_.set_keep_alive_timeout(kKeepAliveSeconds);
    server_.set_keep_alive_max_count(kKeepAliveRequests);
    server_.set_payload_max_length(options.max_body_bytes);
    server_.set_tcp_nodelay(true);
    // A port that is taken must be an error: the library's default would share it.
    server_.set_socket_options([](int socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    server_.set_exception_handler([this](const auto&, httplib::Response& response, std::exception_ptr) {
      Fill(error_(500, "internal error"), response);
    });
    server_.set_error_handler([this](const httplib::Request&, httplib::Response& response) {
      if (!response.body.empty()) return;  // It says why.
      const char* text = response.status == 404   ? "there is nothing of that name and method"
                         : response.status == 413 ? "the body is too large"
                                                  : "the request cannot be understood";
      Fill(error_(response.status, text), response);
    });
  }

  void Add(HttpRoute route) {
    const auto shared = std::make_shared<const HttpRoute>(std::move(route));
    if (shared->method == "GET") {
      server_.Get(shared->pattern, [this, shared](const httplib::Request& request, httplib::Response& response) {
        Answer(*shared, RequestOf(request), response);
      });
    } else {
      server_.Post(shared->pattern, [this, shared](const httplib::Request& request, httplib::Response& response,
                                                   const httplib::ContentReader& read) {
        HttpRequest answered = RequestOf(request);
        // Without a length there is no body; the library would wait for the connection's end.
        if (!request.has_header("Content-Length") && !request.has_header("Transfer-Encoding")) {
          return Answer(*shared, answered, response);
        }
        switch (ReadBody(read, answered.body)) {
          case Body::kComplete:
            return Answer(*shared, answered, response);
          case Body::kTooLarge:
            return Fill(error_(413, absl::StrCat("the body is too large (want at most ", max_body_bytes_, " bytes)")),
                        response);
          case Body::kBroken:
            // A length that says so is refused by the library, before anything is read.
            return Fill(
                response.status == 413 ? error_(413, "the body is too large") : error_(400, "the body cannot be read"),
                response);
        }
      });
    }
  }

  // The port, or 0.
  int Listen(const std::string& host, int port) {
    if (port == 0) {
      port = std::max(server_.bind_to_any_port(host), 0);
    } else if (!server_.bind_to_port(host, port)) {
      return 0;
    }
    if (port != 0) thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (port != 0 && !server_.is_running()) std::this_thread::yield();  // Until then it cannot be stopped.
    return port;
  }

  ~Impl() {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  enum class Body { kComplete, kTooLarge, kBroken };

  // What was compressed is measured as what it has become.
  Body ReadBody(const httplib::ContentReader& read, std::string& body) const {
    bool fits = true;
    const bool complete = read([&](const char* data, size_t size) {
      fits = body.size() + size <= max_body_bytes_;
      if (fits) body.append(data, size);
      return fits;
    });
    if (!fits) return Body::kTooLarge;
    return complete ? Body::kComplete : Body::kBroken;
  }

  void Answer(const HttpRoute& route, const HttpRequest& request, httplib::Response& response) {
    if (!route.is_slow) return Fill(route.handler(request), response);
    if (--slow_left_ >= 0) {
      Fill(route.handler(request), response);
    } else {
      Fill(error_(503, "too many requests are being answered; try again later"), response);
    }
    ++slow_left_;
  }

  const size_t max_body_bytes_;
  std::atomic<int> slow_left_;
  const HttpErrorText error_;
  httplib::Server server_;
  std::thread thread_;
};

HttpServer::HttpServer() = default;
HttpServer::~HttpServer() = default;

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpOptions& options, std::vector<HttpRoute> routes,
                                                              HttpErrorText error) {
  const absl::string_view listen = options.listen;
  const size_t colon = listen.rfind(':');
  int port = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(listen.substr(colon + 1), &port)) {
    return absl::InvalidArgumentError(absl::StrCat("not HOST:PORT (got ", listen, ")"));
  }
  // The library wants IPv6 addresses without their brackets.
  const absl::string_view host = listen.substr(0, colon);
  const std::string bare(absl::StripSuffix(absl::StripPrefix(host, "["), "]"));
  std::unique_ptr<HttpServer> server(new HttpServer);
  server->impl_ = std::make_unique<Impl>(options, std::move(error));
  for (HttpRoute& route : routes) server->impl_->Add(std::move(route));
  port = server->impl_->Listen(bare, port);
  if (port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", listen, ": the port is in use, or the address is not this machine's"));
  }
  server->address_ = absl::StrCat(host, ":", port);
  return server;
}

}  // namespace moduled::server
